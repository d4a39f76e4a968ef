"""The offline verifier: one HTML file that tells whether pages are as the mirror signed them.

``page.verifier`` builds it of the scripts in ``scripts/``; docs/verifier.md says what it answers.
"""
