-- An archive as version 1 of the index made it, with one article and one failure.
BEGIN TRANSACTION;
CREATE TABLE addresses (
	"key" TEXT NOT NULL,
	article INTEGER NOT NULL,
	PRIMARY KEY ("key"),
	FOREIGN KEY(article) REFERENCES articles (number)
);
INSERT INTO "addresses" VALUES('harbour.example/news/city/1.html',1);
CREATE TABLE articles (
	number INTEGER NOT NULL,
	section TEXT NOT NULL,
	position INTEGER NOT NULL,
	id TEXT NOT NULL,
	url TEXT NOT NULL,
	publisher TEXT NOT NULL,
	revision INTEGER NOT NULL,
	first_seen BIGINT NOT NULL,
	checked_at BIGINT NOT NULL,
	entry_title TEXT NOT NULL,
	entry_updated BIGINT,
	etag TEXT NOT NULL,
	last_modified TEXT NOT NULL,
	body_digest TEXT NOT NULL,
	gone INTEGER NOT NULL,
	PRIMARY KEY (number),
	UNIQUE (section, position)
);
INSERT INTO "articles" VALUES(1,'city',1,'1','https://harbour.example/news/city/1.html','harbour',1,1780315200000000,1780315200000000,'Fog over the harbour',NULL,'','','2212b8fae2b43d3e91ad5363d31382f2ea46a62125963f6a11845531fa6a8c08',0);
CREATE TABLE assets (
	digest TEXT NOT NULL,
	path TEXT NOT NULL,
	media_type TEXT NOT NULL,
	width INTEGER NOT NULL,
	height INTEGER NOT NULL,
	size INTEGER NOT NULL,
	PRIMARY KEY (digest),
	UNIQUE (path)
);
CREATE TABLE builds (
	edition TEXT NOT NULL,
	build INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	digest TEXT NOT NULL,
	built_at BIGINT NOT NULL,
	PRIMARY KEY (edition)
);
CREATE TABLE captures (
	number INTEGER NOT NULL,
	article INTEGER,
	url TEXT NOT NULL,
	fetched_at BIGINT NOT NULL,
	file TEXT NOT NULL,
	"offset" INTEGER NOT NULL,
	size INTEGER NOT NULL,
	PRIMARY KEY (number),
	FOREIGN KEY(article) REFERENCES articles (number)
);
INSERT INTO "captures" VALUES(1,1,'https://harbour.example/news/city/1.html',1780315200000000,'2026/2026-06-01T120000.warc.gz',0,356);
CREATE TABLE failures (
	url TEXT NOT NULL,
	section TEXT NOT NULL,
	stage TEXT NOT NULL,
	reason TEXT NOT NULL,
	hint TEXT NOT NULL,
	first_at BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	times INTEGER NOT NULL,
	PRIMARY KEY (url)
);
INSERT INTO "failures" VALUES('https://harbour.example/f.xml','city','discover','500','wait',1780315200000000,1780315200000000,1);
CREATE TABLE files (
	edition TEXT NOT NULL,
	path TEXT NOT NULL,
	digest TEXT NOT NULL,
	build INTEGER NOT NULL,
	PRIMARY KEY (edition, path)
)
 WITHOUT ROWID

;
CREATE TABLE ids (
	"key" TEXT NOT NULL,
	article INTEGER NOT NULL,
	PRIMARY KEY ("key"),
	FOREIGN KEY(article) REFERENCES articles (number)
);
INSERT INTO "ids" VALUES('1',1);
CREATE TABLE pictures (
	url TEXT NOT NULL,
	digest TEXT NOT NULL,
	PRIMARY KEY (url),
	FOREIGN KEY(digest) REFERENCES assets (digest)
);
CREATE TABLE publications (
	target TEXT NOT NULL,
	state TEXT NOT NULL,
	published_at BIGINT,
	error TEXT NOT NULL,
	PRIMARY KEY (target)
);
CREATE TABLE revisions (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	article INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	title TEXT NOT NULL,
	authors JSON NOT NULL,
	published BIGINT,
	updated BIGINT,
	captured_at BIGINT NOT NULL,
	language TEXT NOT NULL,
	excerpt TEXT NOT NULL,
	text_length INTEGER NOT NULL,
	digest TEXT NOT NULL,
	lead_image TEXT NOT NULL,
	capture INTEGER,
	pictures JSON NOT NULL,
	assets JSON NOT NULL,
	html TEXT NOT NULL,
	markdown TEXT NOT NULL,
	UNIQUE (article, revision),
	FOREIGN KEY(article) REFERENCES articles (number),
	FOREIGN KEY(capture) REFERENCES captures (number)
);
INSERT INTO "revisions" VALUES(1,1,1,'Fog over the harbour','[]',NULL,NULL,1780315200000000,'','Fog.',4,'3e571c9e423ae48be1f43c039f01e883869b545b9738b6e375d13dc255d81540','',1,'[]','[]','<p>Fog.</p>','Fog.
');
CREATE TABLE runs (
	number INTEGER NOT NULL,
	command TEXT NOT NULL,
	started_at BIGINT NOT NULL,
	finished_at BIGINT,
	counts JSON NOT NULL,
	PRIMARY KEY (number)
);
CREATE TABLE sources (
	section TEXT NOT NULL,
	checked_at BIGINT,
	succeeded_at BIGINT,
	entries JSON NOT NULL,
	PRIMARY KEY (section)
);
CREATE TABLE uses (
	path TEXT NOT NULL,
	article INTEGER NOT NULL,
	PRIMARY KEY (path, article),
	FOREIGN KEY(article) REFERENCES articles (number)
)
 WITHOUT ROWID

;
CREATE TABLE validators (
	section TEXT NOT NULL,
	url TEXT NOT NULL,
	source TEXT NOT NULL,
	etag TEXT NOT NULL,
	last_modified TEXT NOT NULL,
	PRIMARY KEY (section, url)
);
CREATE INDEX articles_by_revision ON articles (revision);
CREATE INDEX files_by_build ON files (edition, build);
CREATE INDEX captures_by_article ON captures (article);
CREATE INDEX uses_by_article ON uses (article);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('revisions',1);
COMMIT;
PRAGMA user_version = 1;
