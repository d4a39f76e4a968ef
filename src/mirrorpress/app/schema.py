"""The shape of mirrorpress.toml: every key, its type, its default and what it is for.

The fixed tables are written out here; those of sources, editions and targets are made from the
fields of the classes in the registry. ``json_schema`` gives the whole as a JSON Schema for editors.
"""

from __future__ import annotations

import dataclasses
import datetime
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, create_model
from pydantic.json_schema import GenerateJsonSchema

from mirrorpress.app import rules
from mirrorpress.model import (
    ArticleRules,
    FetchPolicy,
    FollowPolicy,
    HotPolicy,
    Link,
    Mirror,
    Note,
    Publisher,
    Section,
    TrustPolicy,
)
from mirrorpress.pipeline.registry import Kind, Registry

_DAY = 86_400.0
_MANY = 10**15  # fits every database and file system

Text = Annotated[str, AfterValidator(rules.plain_text)]
Line = Annotated[str, AfterValidator(rules.line_of_text)]
HeaderText = Annotated[str, AfterValidator(rules.header_text)]
Identifier = Annotated[str, AfterValidator(rules.identifier)]
Url = Annotated[str, AfterValidator(rules.url), Field(json_schema_extra={"format": "uri"})]
Address = Annotated[str, AfterValidator(rules.address), Field(json_schema_extra={"format": "uri"})]
Css = Annotated[str, AfterValidator(rules.or_empty(rules.css))]
Regex = Annotated[str, AfterValidator(rules.regex), Field(json_schema_extra={"format": "regex"})]
Language = Annotated[str, AfterValidator(rules.language)]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict(), Ge(0), Le(_MANY)]
Number = Annotated[float, Strict(), Ge(0), Le(_MANY)]
Seconds = Annotated[float, Strict(), Ge(0), Le(_DAY)]

# What a field of a source, edition or target means: by its mark in ``model``, else by its plain type.
_MARKS: dict[str, Any] = {"url": Url, "css": Css, "regex": Regex, "seconds": Seconds}
_PLAIN: dict[Any, Any] = {str: Text, bool: Flag, int: Whole, float: Number}


class Table(BaseModel):
    """A TOML table with known keys only."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


_MIRROR = Mirror(title="")
_PUBLISHER = Publisher(id="", name="")
_SECTION = Section(id="", title="", publisher="")
_LINK = Link(text="", url="")
_NOTE = Note(text="")
_FETCH = FetchPolicy()
_ARTICLE = ArticleRules()
_HOT = HotPolicy()
_TRUST = TrustPolicy()
_FOLLOW = FollowPolicy()


class MirrorTable(Table):
    title: Annotated[Line, Field(description="What readers see as the name of the mirror.")]
    language: Annotated[
        Language, Field(description="Language of the menus, dates and numbers, a BCP 47 tag.")
    ] = _MIRROR.language
    addresses: Annotated[
        tuple[Address, ...],
        Field(description="Where the Markdown edition is read; the first one is canonical."),
    ] = _MIRROR.addresses
    site_addresses: Annotated[
        tuple[Address, ...], Field(description="Where the HTML edition is read; the first one is canonical.")
    ] = _MIRROR.site_addresses
    contact: Annotated[
        HeaderText,
        Field(description="How publishers reach the operator; goes into the User-Agent of every request."),
    ] = _MIRROR.contact


class PublisherTable(Table):
    id: Annotated[Identifier, Field(description="Name by which sections refer to the publisher.")]
    name: Annotated[Line, Field(description="Name of the news organisation, as readers see it.")]
    url: Annotated[
        str,
        AfterValidator(rules.or_empty(rules.public_url)),
        Field(description="Home page of the publisher."),
    ] = _PUBLISHER.url
    rights: Annotated[
        Annotated[str, AfterValidator(rules.rights)] | None,
        Field(
            description='What may be published: "own", "licensed", "public-domain", "excerpt" or a licence '
            'id such as "CC-BY-4.0". Without it, only excerpts are.',
            json_schema_extra={"examples": [*rules.RIGHTS, "CC-BY-4.0"]},
        ),
    ] = _PUBLISHER.rights
    rights_note: Annotated[
        Text, Field(description="Where the permission is written down; shown with the licence.")
    ] = _PUBLISHER.rights_note


class ArticleTable(Table):
    body: Annotated[Css, Field(description="Selector of the text of an article.")] = _ARTICLE.body
    title: Annotated[Css, Field(description="Selector of its title.")] = _ARTICLE.title
    authors: Annotated[Css, Field(description="Selector of its authors, one element each.")] = (
        _ARTICLE.authors
    )
    published: Annotated[Css, Field(description="Selector of its date.")] = _ARTICLE.published
    remove: Annotated[tuple[Css, ...], Field(description="Selectors of what is taken out of the text.")] = (
        _ARTICLE.remove
    )


class SectionTable(Table):
    id: Annotated[
        str,
        AfterValidator(rules.section_id),
        Field(description="Name of the section in paths; keep it once published."),
    ]
    title: Annotated[Line, Field(description="Name of the section, as readers see it.")]
    publisher: Annotated[str, Field(description="The id of the publisher of its articles.")]
    source: Annotated[
        dict[str, Any] | None,
        Field(description="Where its articles come from. Without it, only an import fills the section."),
    ] = None
    language: Annotated[
        str,
        AfterValidator(rules.or_empty(rules.language)),
        Field(description="Language of its articles, a BCP 47 tag. Without it, each page says or shows it."),
    ] = _SECTION.language
    keep: Annotated[
        Whole, Field(description="How many of the newest articles stay in the edition; 0 is all of them.")
    ] = _SECTION.keep
    skip_titles: Annotated[
        tuple[Regex, ...],
        Field(description="Regular expressions; an article is left out when one is found in its title."),
    ] = _SECTION.skip_titles
    article: Annotated[
        ArticleTable,
        Field(description="Selectors for this section's pages. Without it, extraction is automatic."),
    ] = ArticleTable()


class LinkTable(Table):
    text: Annotated[Line, Field(description="Words of the link.")]
    url: Annotated[
        str,
        AfterValidator(rules.link),
        Field(description="An https URL, a mailto: address, or a path within the mirror."),
    ]
    place: Annotated[
        str,
        AfterValidator(rules.place),
        Field(
            description='Where it stands: "menu", "home" or "after-article"; never inside an article.',
            json_schema_extra={"enum": list(rules.PLACES)},
        ),
    ] = _LINK.place


class NoteTable(Table):
    text: Annotated[
        str,
        AfterValidator(rules.note),
        Field(description="Words and links, in Markdown; relative links begin at the mirror's root."),
    ]
    places: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            description='Where it is pinned: "home", and ids of sections for the top of their lists.',
        ),
    ] = _NOTE.places
    until: Annotated[
        Annotated[datetime.date, Strict()] | None,
        Field(description="The last day on which it is shown (UTC), as 2026-12-31 without quotes."),
    ] = _NOTE.until


class FetchTable(Table):
    allow_private: Annotated[
        tuple[Annotated[str, AfterValidator(rules.host)], ...],
        Field(description="Hosts, with or without a port, that may be reached although they are not public."),
    ] = _FETCH.allow_private
    delay: Annotated[Seconds, Field(description="Seconds between two requests to one host.")] = _FETCH.delay
    per_host: Annotated[
        Whole, Ge(1), Field(description="How many requests may be under way at one host.")
    ] = _FETCH.per_host
    timeout: Annotated[
        Seconds, Gt(0), Field(description="Seconds for a whole response, from connecting to its last byte.")
    ] = _FETCH.timeout
    max_bytes: Annotated[
        Whole, Ge(1), Field(description="Largest page or feed that is read, in bytes after decompression.")
    ] = _FETCH.max_bytes
    max_image_bytes: Annotated[Whole, Ge(1), Field(description="Largest image that is read, in bytes.")] = (
        _FETCH.max_image_bytes
    )
    proxy: Annotated[
        str,
        AfterValidator(rules.or_empty(rules.proxy)),
        Field(description="Proxy for every request: an http://, https://, socks5:// or socks5h:// URL."),
    ] = _FETCH.proxy
    user_agent: Annotated[
        HeaderText,
        Field(description="The whole User-Agent. Empty: name, version and contact of this mirror."),
    ] = _FETCH.user_agent
    robots: Annotated[
        Flag, Field(description="Whether robots.txt is honoured; false is for a publisher's own site only.")
    ] = _FETCH.robots


class HotTable(Table):
    half_life: Annotated[
        float,
        Strict(),
        Ge(0.25),
        Le(365),
        Field(description="Days after which a reader counts half; ten times as many are looked back."),
    ] = _HOT.half_life
    size: Annotated[Whole, Ge(1), Le(100), Field(description="How many articles the list holds.")] = _HOT.size
    minimum: Annotated[
        Whole, Ge(20), Field(description="An article with fewer readers is not shown; 20 or more.")
    ] = _HOT.minimum


class TrustTable(Table):
    keys: Annotated[
        Line,
        Field(
            description="The folder of the private keys, outside the mirror's folder; ~ is your home. "
            "Without it they are held by an ssh-agent."
        ),
    ] = _TRUST.keys


class FollowTable(Table):
    addresses: Annotated[
        tuple[Line, ...],
        Field(
            description="Where the mirror that is followed is read, tried in this order: sites, git "
            "repositories, folders. A mirror that follows another has no sections."
        ),
    ] = _FOLLOW.addresses
    key: Annotated[
        Line,
        Field(description="The file of its root key, as its operator exported it, in this file's folder."),
    ] = _FOLLOW.key


class ArchiveTable(Table):
    keep_captures: Annotated[
        Flag, Field(description="Whether pages are kept as they came, to extract them again later.")
    ] = True


class Root(Table):
    """The configuration of one mirror."""

    mirror: Annotated[MirrorTable, Field(description="What readers see of the mirror as a whole.")]
    publishers: Annotated[
        tuple[PublisherTable, ...], Field(description="News organisations whose articles are mirrored.")
    ] = ()
    sections: Annotated[tuple[SectionTable, ...], Field(description="Published groupings of articles.")] = ()
    links: Annotated[tuple[LinkTable, ...], Field(description="The operator's own links.")] = ()
    notes: Annotated[tuple[NoteTable, ...], Field(description="Pinned notes of the mirror's own.")] = ()
    fetch: Annotated[FetchTable, Field(description="How the network is read.")] = FetchTable()
    hot: Annotated[HotTable, Field(description="What was read most.")] = HotTable()
    trust: Annotated[TrustTable, Field(description="Who signs.")] = TrustTable()
    follow: Annotated[FollowTable, Field(description="Whose mirror this one follows.")] = FollowTable()
    archive: Annotated[ArchiveTable, Field(description="What is kept.")] = ArchiveTable()
    editions: Annotated[
        tuple[dict[str, Any], ...],
        Field(description="What is rendered. Without any, one edition of type markdown is."),
    ] = ()
    targets: Annotated[
        tuple[dict[str, Any], ...], Field(description="Places that editions are pushed to.")
    ] = ()


# What types are for, and those of their keys that do not say it in their field's metadata.
_TYPES: dict[str, str] = {
    "sources.feed": "An RSS, Atom or JSON feed.",
    "sources.feed.url": "Address of the feed.",
    "sources.listpage": "A web page that lists articles.",
    "sources.listpage.url": "Address of the list page.",
    "sources.listpage.items": "Selector of the links to articles, or of blocks that hold one.",
    "sources.listpage.title": "Selector of the title within an item. Without it, the link's text.",
    "sources.picks": "A file of hand-picked articles.",
    "sources.picks.file": "A CSV file of url,title; a relative path starts at the configuration's folder.",
    "sources.mirror": "An old-style mirror, whose pages are adopted under the names they have.",
    "sources.mirror.path": "Its repository: a URL, or a path, which starts at the configuration's folder.",
    "sources.mirror.branch": "Branch to read. Empty: the one the repository is on.",
    "editions.markdown": "Markdown pages that any git host shows.",
    "editions.markdown.name": "Name of its folder under out/, and the name that targets give.",
    "editions.markdown.pages": "Pattern of page paths, of {section}, {id}, {year} and {month}.",
    "editions.markdown.list_size": "How many articles a list page holds.",
    "editions.markdown.also_in": "Other scripts that Chinese pages are rendered in once more.",
    "editions.markdown.feeds": 'What feeds hold of an article: "summary", or "full" for its whole text.',
    "editions.markdown.short_addresses": "Whether articles have a page at a short address too, s/<code>.md.",
    "editions.site": "A static HTML site that any web server carries.",
    "editions.site.name": "Name of its folder under out/, and the name that targets give.",
    "editions.site.pages": "Pattern of page paths, of {section}, {id}, {year} and {month}.",
    "editions.site.list_size": "How many articles a list page holds.",
    "editions.site.also_in": "Other scripts that Chinese pages are rendered in once more.",
    "editions.site.feeds": 'What feeds hold of an article: "summary", or "full" for its whole text.',
    "editions.site.short_addresses": "Whether articles have a page at a short address too, s/<code>.html.",
    "editions.site.search": "Whether the site has a search page, with an index that browsers read.",
    "editions.site.offline": "Whether readers' browsers keep the pages that they open, to read them offline.",
    "editions.site.compress": 'Files that are made beforehand for web servers: "gzip", "brotli" or both.',
    "targets.git": "A git repository; history is added to, never rewritten.",
    "targets.directory": "A folder, such as that of a web server.",
}


def table_of(kind: Kind, name: str, cls: type[Any]) -> type[Table]:
    """The table of a registered class, without its ``type`` key."""
    hints = get_type_hints(cls, include_extras=True)
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(cls):
        if field.init:
            fields[field.name] = (
                _checked(kind, field, hints[field.name]),
                _described(kind, name, field, hints[field.name]),
            )
    model: type[Table] = create_model(
        f"{kind}.{name}", __base__=Table, __doc__=_TYPES.get(f"{kind}.{name}", cls.__doc__ or ""), **fields
    )
    return model


def _described(kind: Kind, name: str, field: dataclasses.Field[Any], hint: Any) -> Any:
    description = field.metadata.get("description") or _TYPES.get(f"{kind}.{name}.{field.name}")
    if field.default is not dataclasses.MISSING:
        return Field(default=field.default, description=description)
    if field.default_factory is not dataclasses.MISSING:
        return Field(default_factory=field.default_factory, description=description)
    base = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return Field(description=description, min_length=1 if base is str else None)


def _checked(kind: Kind, field: dataclasses.Field[Any], hint: Any) -> Any:
    if kind == "editions" and field.name == "name":
        return Identifier
    if kind == "editions" and field.name == "pages" and isinstance(field.default, str):
        suffix = f".{field.default.rpartition('.')[2]}"
        return Annotated[str, AfterValidator(lambda value: rules.page_pattern(value, suffix))]
    return _translated(hint)


def _translated(hint: Any) -> Any:
    """A field's type with the rules for its parts."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        base, *marks = parts
        rule = next((_MARKS[mark] for mark in marks if isinstance(mark, str) and mark in _MARKS), None)
        return rule or Annotated[(_translated(base), *marks)]
    if origin in (Union, UnionType):
        return Union[tuple(map(_translated, parts))]  # noqa: UP007 - made of a list that is known at run time
    if origin in (tuple, list, dict):
        return origin[tuple(part if part is Ellipsis else _translated(part) for part in parts)]
    return _PLAIN.get(hint, hint)


class _ForEditors(GenerateJsonSchema):
    """Without what means nothing in TOML: titles that repeat the key, and null."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - no field's is
        return False

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> dict[str, Any]:
        if schema.get("default", "") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def json_schema(registry: Registry) -> dict[str, Any]:
    """The JSON Schema (2020-12) of mirrorpress.toml with every type that ``registry`` knows.

    Raises ``UsageError`` when one of them cannot be imported.
    """
    schema = Root.model_json_schema(schema_generator=_ForEditors)
    definitions = schema["$defs"]
    places: dict[Kind, dict[str, Any]] = {
        "sources": definitions["SectionTable"]["properties"]["source"],
        "editions": schema["properties"]["editions"]["items"],
        "targets": schema["properties"]["targets"]["items"],
    }
    for kind, place in places.items():
        place.pop("additionalProperties")
        place.pop("type")
        place["oneOf"] = []
        for name in registry.names(kind):
            variant = table_of(kind, name, registry.find(kind, name)).model_json_schema(
                schema_generator=_ForEditors
            )
            definitions.update(variant.pop("$defs", {}))
            type_key = {"const": name, "description": f"Type of the {kind[:-1]}."}
            variant["properties"] = {"type": type_key, **variant.get("properties", {})}
            variant["required"] = ["type", *variant.get("required", ())]
            definitions[variant["title"]] = variant
            place["oneOf"].append({"$ref": f"#/$defs/{variant['title']}"})
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}
