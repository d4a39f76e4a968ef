"""Search in the browser: an index in small files, the script that reads it, the page that shows it.

    documents | fold | tokens | segments | files

``index.index_files`` makes everything below ``search/``, ``renewal.renewed`` what changes of it;
``page.search_page`` the main content of the page.
docs/search.md says what is found, docs/decisions/own-search.md why this is not Pagefind.
"""
