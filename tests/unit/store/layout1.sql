BEGIN TRANSACTION;
CREATE TABLE approvals (
	seq INTEGER NOT NULL, 
	digest VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	envelope TEXT NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(digest) REFERENCES proposals (digest)
);
INSERT INTO "approvals" VALUES(1,'e85dbc937f8825133dded7f5a443927bb711201c39deacbd708f4b41d8cd0812','2026-03-01T09:00:00Z','{}');
CREATE TABLE assessments (
	seq INTEGER NOT NULL, 
	site VARCHAR NOT NULL, 
	result VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	expires VARCHAR NOT NULL, 
	evidence TEXT NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "assessments" VALUES(1,'www.changsha.gov.cn','passed','2026-03-01T08:00:00Z','2026-06-01T08:00:00Z','{"tls": "1.3"}');
CREATE TABLE claims (
	seq INTEGER NOT NULL, 
	"key" VARCHAR NOT NULL, 
	prefix VARCHAR NOT NULL, 
	parent VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	prev_hash VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE ("key"), 
	UNIQUE (hash)
);
INSERT INTO "claims" VALUES(1,'plane/public','3fff:10::/32','','2026-03-01T08:00:00Z','0000000000000000000000000000000000000000000000000000000000000000','ff657b4c689e050ba2aba40ed967ebd96bf793c91aa98cf5eb0272f993090117');
INSERT INTO "claims" VALUES(2,'region/public/430100','3fff:10:100::/48','plane/public','2026-03-01T08:00:00Z','ff657b4c689e050ba2aba40ed967ebd96bf793c91aa98cf5eb0272f993090117','a85a8ca3c7e89daa6a29f8a64d6c154ee291c624b4a77ee9551f88c1ee017998');
INSERT INTO "claims" VALUES(3,'zone/changsha/dmz','3fff:10:100:1000::/52','region/public/430100','2026-03-01T08:00:01Z','a85a8ca3c7e89daa6a29f8a64d6c154ee291c624b4a77ee9551f88c1ee017998','d1f38b7aec88ccb0435adb4f3b1f48048f69658274e49ba9d8c012d3f787ca35');
INSERT INTO "claims" VALUES(4,'site/长沙','3fff:10:100:1000::a/128','zone/changsha/dmz','2026-03-01T08:00:01Z','d1f38b7aec88ccb0435adb4f3b1f48048f69658274e49ba9d8c012d3f787ca35','caf58388a09412a37ecf9474d290ca464d1df0fb665128a2f8ceec14336c11b9');
CREATE TABLE journal (
	seq INTEGER NOT NULL, 
	run VARCHAR NOT NULL, 
	platform VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	step VARCHAR NOT NULL, 
	device VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	detail TEXT NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "journal" VALUES(1,'run-1','changsha','e85dbc937f8825133dded7f5a443927bb711201c39deacbd708f4b41d8cd0812','commit','fw','started','细节','2026-03-01T08:00:04Z');
CREATE TABLE layout (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "layout" VALUES(1);
CREATE TABLE proposals (
	digest VARCHAR NOT NULL, 
	rank INTEGER NOT NULL, 
	platform VARCHAR NOT NULL, 
	author VARCHAR NOT NULL, 
	created VARCHAR NOT NULL, 
	updated VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	change TEXT NOT NULL, 
	reasons TEXT NOT NULL, 
	PRIMARY KEY (digest), 
	UNIQUE (rank)
);
INSERT INTO "proposals" VALUES('e85dbc937f8825133dded7f5a443927bb711201c39deacbd708f4b41d8cd0812',1,'changsha','王工','2026-03-01T08:00:02Z','2026-03-01T08:00:03Z','submitted','{"addresses":[],"claims":[],"devices":[],"environment":"lab","inputs":{},"kind":"lab","platform":"changsha","records":[],"schema":"jiyue/change-set/1","sites":[{"name":"www.changsha.gov.cn"}],"stack":{"services4":"10.2.32.0/20"}}','[]');
CREATE TABLE results (
	kind VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	json TEXT NOT NULL, 
	at VARCHAR NOT NULL, 
	UNIQUE (kind, name)
);
INSERT INTO "results" VALUES('verify','changsha','{"sites": 4}','2026-03-01T08:00:05Z');
CREATE TABLE stages (
	platform VARCHAR NOT NULL, 
	stage VARCHAR NOT NULL, 
	reasons TEXT NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (platform)
);
INSERT INTO "stages" VALUES('changsha','submitted','[]','2026-03-01T08:00:03Z');
CREATE INDEX ix_proposals_platform ON proposals (platform);
CREATE INDEX ix_assessments_site ON assessments (site);
CREATE INDEX ix_journal_digest ON journal (digest);
CREATE INDEX ix_approvals_digest ON approvals (digest);
CREATE TRIGGER claims_no_update BEFORE UPDATE ON claims BEGIN SELECT RAISE(ABORT, 'claims is append-only'); END;
CREATE TRIGGER claims_no_delete BEFORE DELETE ON claims BEGIN SELECT RAISE(ABORT, 'claims is append-only'); END;
CREATE TRIGGER approvals_no_update BEFORE UPDATE ON approvals BEGIN SELECT RAISE(ABORT, 'approvals is append-only'); END;
CREATE TRIGGER approvals_no_delete BEFORE DELETE ON approvals BEGIN SELECT RAISE(ABORT, 'approvals is append-only'); END;
CREATE TRIGGER assessments_no_update BEFORE UPDATE ON assessments BEGIN SELECT RAISE(ABORT, 'assessments is append-only'); END;
CREATE TRIGGER assessments_no_delete BEFORE DELETE ON assessments BEGIN SELECT RAISE(ABORT, 'assessments is append-only'); END;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END;
COMMIT;
