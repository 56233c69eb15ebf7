BEGIN TRANSACTION;
CREATE TABLE callbacks (
	"case" VARCHAR(32) NOT NULL, 
	sealed BLOB NOT NULL, 
	left_at DATETIME NOT NULL, 
	PRIMARY KEY ("case"), 
	FOREIGN KEY("case") REFERENCES cases (id) ON DELETE CASCADE
);
INSERT INTO "callbacks" VALUES('5337c79058c14d9e8cd32070fb6b6929',X'0181A69B8F1E3513F8D454FEAFCFCC78FC793403E479CD8579321E1B920BB45B89611E49A0436BE700E2D291B8F5AAD72F135A103954DA49A5F607F27D710E552BE4E04429092DB50FC22D37E3FEE93B5D','2026-11-30 17:02:13.274518');
CREATE TABLE case_events (
	id INTEGER NOT NULL, 
	"case" VARCHAR(32) NOT NULL, 
	at DATETIME NOT NULL, 
	who VARCHAR(80) NOT NULL, 
	what VARCHAR(32) NOT NULL, 
	why TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY("case") REFERENCES cases (id) ON DELETE CASCADE
);
INSERT INTO "case_events" VALUES(1,'5337c79058c14d9e8cd32070fb6b6929','2026-11-30 17:02:13.264563','resident','open','wrong_answer');
INSERT INTO "case_events" VALUES(2,'5337c79058c14d9e8cd32070fb6b6929','2026-11-30 17:02:13.275295','resident','callback_left',NULL);
INSERT INTO "case_events" VALUES(3,'5ec8cd32f5f04b9a92296ccbc3193ea3','2026-11-30 17:02:13.277942','resident','open','danger');
INSERT INTO "case_events" VALUES(4,'5ec8cd32f5f04b9a92296ccbc3193ea3','2026-11-30 17:02:13.284819','王芳','claim',NULL);
INSERT INTO "case_events" VALUES(5,'1c4b46a2d10d47db87305ef72a620e98','2026-11-30 17:02:13.296470','resident','open','request_human');
INSERT INTO "case_events" VALUES(6,'1c4b46a2d10d47db87305ef72a620e98','2026-11-30 17:02:13.302285','李强','resolve','请到街道办理');
CREATE TABLE cases (
	id VARCHAR(32) NOT NULL, 
	ticket VARCHAR(12) NOT NULL, 
	conversation VARCHAR(32) NOT NULL, 
	message VARCHAR(32), 
	reason VARCHAR(32) NOT NULL, 
	urgent BOOLEAN NOT NULL, 
	department VARCHAR(80), 
	summary TEXT NOT NULL, 
	status VARCHAR(8) NOT NULL, 
	opened_at DATETIME NOT NULL, 
	claimed_by VARCHAR(80), 
	claimed_at DATETIME, 
	resolved_at DATETIME, 
	outcome TEXT, 
	notified_at DATETIME, 
	PRIMARY KEY (id), 
	CONSTRAINT status_known CHECK (status IN ('open', 'claimed', 'resolved')), 
	UNIQUE (ticket), 
	FOREIGN KEY(conversation) REFERENCES conversations (id) ON DELETE CASCADE, 
	UNIQUE (message)
);
INSERT INTO "cases" VALUES('5337c79058c14d9e8cd32070fb6b6929','HM-RJCFCY','55895c93e3bd4dfa9033f026ad942211','bde7c3f3b65b461d85cbed61963d33b4','wrong_answer',0,'民政局','云安区 低保','open','2026-11-30 17:02:13.263034',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "cases" VALUES('5ec8cd32f5f04b9a92296ccbc3193ea3','HM-KWFFKR','125be96626604c01b1c51ec46475a577','ea260b0a7d00402583ec320060fe1a41','danger',1,NULL,'','claimed','2026-11-30 17:02:13.277844','王芳','2026-11-30 17:02:13.284082',NULL,NULL,NULL);
INSERT INTO "cases" VALUES('1c4b46a2d10d47db87305ef72a620e98','HM-AREXXH','c06ff375c6b144d89b46ddc8ea907e0c','833e0fda63ea4728a4c5d977f60f8589','request_human',0,'民政局','','resolved','2026-11-30 17:02:13.296365','李强',NULL,'2026-11-30 17:02:13.297449','请到街道办理',NULL);
CREATE TABLE conversations (
	id VARCHAR(32) NOT NULL, 
	created_at DATETIME NOT NULL, 
	first_client_id VARCHAR(64) NOT NULL, 
	owner VARCHAR(8) NOT NULL, 
	owner_since DATETIME NOT NULL, 
	last_seq INTEGER NOT NULL, 
	context JSON, 
	PRIMARY KEY (id), 
	CONSTRAINT owner_known CHECK (owner IN ('bot', 'queue', 'staff'))
);
INSERT INTO "conversations" VALUES('55895c93e3bd4dfa9033f026ad942211','2026-11-30 17:02:13.184350','9912c0e5b7a34574926a9f1a2615cbb2','queue','2026-11-30 17:02:13.265695',2,NULL);
INSERT INTO "conversations" VALUES('125be96626604c01b1c51ec46475a577','2026-11-30 17:02:13.276100','74ba46c93a434738b7447e32ef4b7343','staff','2026-11-30 17:02:13.284991',2,NULL);
INSERT INTO "conversations" VALUES('c06ff375c6b144d89b46ddc8ea907e0c','2026-11-30 17:02:13.294340','55e0f65c234047ec8142c77e52a39dc1','bot','2026-11-30 17:02:13.302781',2,NULL);
CREATE TABLE feedback (
	message VARCHAR(32) NOT NULL, 
	conversation VARCHAR(32) NOT NULL, 
	helpful BOOLEAN NOT NULL, 
	comment TEXT, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (message), 
	FOREIGN KEY(message) REFERENCES messages (id) ON DELETE CASCADE, 
	FOREIGN KEY(conversation) REFERENCES conversations (id) ON DELETE CASCADE
);
INSERT INTO "feedback" VALUES('7e37659111d1441a8afd662a04b980d7','55895c93e3bd4dfa9033f026ad942211',0,'不清楚','2026-11-30 17:02:13.208021');
CREATE TABLE messages (
	id VARCHAR(32) NOT NULL, 
	conversation VARCHAR(32) NOT NULL, 
	seq INTEGER NOT NULL, 
	sender VARCHAR(8) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	text TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	citations JSON NOT NULL, 
	quick_replies JSON NOT NULL, 
	data JSON NOT NULL, 
	in_reply_to VARCHAR(32), 
	client_id VARCHAR(64), 
	body_mac VARCHAR(64), 
	state VARCHAR(16), 
	payload TEXT, 
	region VARCHAR(40), 
	as_of DATE, 
	PRIMARY KEY (id), 
	UNIQUE (conversation, seq), 
	UNIQUE (conversation, client_id), 
	CONSTRAINT sender_known CHECK (sender IN ('resident', 'bot', 'staff', 'system')), 
	CONSTRAINT state_known CHECK (state IS NULL OR state IN ('received', 'answered', 'answered_late', 'given_up')), 
	FOREIGN KEY(conversation) REFERENCES conversations (id) ON DELETE CASCADE
);
INSERT INTO "messages" VALUES('bde7c3f3b65b461d85cbed61963d33b4','55895c93e3bd4dfa9033f026ad942211',1,'resident','text','云安区低保多少钱','2026-11-30 17:02:13.191950','[]','[]','{}',NULL,'9912c0e5b7a34574926a9f1a2615cbb2','云安区低保多少钱','answered',NULL,NULL,NULL);
INSERT INTO "messages" VALUES('7e37659111d1441a8afd662a04b980d7','55895c93e3bd4dfa9033f026ad942211',2,'bot','answer','每月450元','2026-11-30 17:02:13.193769','[]','[{"title": "\u7533\u8bf7\u6761\u4ef6", "payload": "2868dace43a44a03beac2ece066b671f"}]','{"benefit": null}','bde7c3f3b65b461d85cbed61963d33b4',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('ea260b0a7d00402583ec320060fe1a41','125be96626604c01b1c51ec46475a577',1,'resident','text','有人打我','2026-11-30 17:02:13.276826','[]','[]','{}',NULL,'74ba46c93a434738b7447e32ef4b7343','有人打我','answered',NULL,NULL,NULL);
INSERT INTO "messages" VALUES('ba1e61081be34fe7806db447a82902bf','125be96626604c01b1c51ec46475a577',2,'staff','chat','您好','2026-11-30 17:02:13.285701','[]','[]','{"benefit": null, "aspect": null, "region": null, "name": "\u738b\u82b3"}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('833e0fda63ea4728a4c5d977f60f8589','c06ff375c6b144d89b46ddc8ea907e0c',1,'resident','text','转人工','2026-11-30 17:02:13.294944','[]','[]','{}',NULL,'55e0f65c234047ec8142c77e52a39dc1','转人工','answered',NULL,NULL,NULL);
INSERT INTO "messages" VALUES('7715c83b998a491f81309f9dca1f4f9f','c06ff375c6b144d89b46ddc8ea907e0c',2,'system','notice','办结','2026-11-30 17:02:13.302567','[]','[]','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE quick_replies (
	id VARCHAR(32) NOT NULL, 
	conversation VARCHAR(32) NOT NULL, 
	message VARCHAR(32) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	says VARCHAR(400) NOT NULL, 
	payload TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(conversation) REFERENCES conversations (id) ON DELETE CASCADE, 
	FOREIGN KEY(message) REFERENCES messages (id) ON DELETE CASCADE
);
INSERT INTO "quick_replies" VALUES('2868dace43a44a03beac2ece066b671f','55895c93e3bd4dfa9033f026ad942211','7e37659111d1441a8afd662a04b980d7','申请条件','申请条件','/ask_policy');
CREATE TABLE service_states (
	name VARCHAR(8) NOT NULL, 
	id VARCHAR(32) NOT NULL, 
	text TEXT NOT NULL, 
	until DATE, 
	since DATETIME NOT NULL, 
	who VARCHAR(80) NOT NULL, 
	PRIMARY KEY (name), 
	CONSTRAINT name_known CHECK (name IN ('switch', 'notice'))
);
CREATE INDEX ix_conversations_first_client_id ON conversations (first_client_id);
CREATE INDEX messages_by_state ON messages (state);
CREATE INDEX messages_by_reply ON messages (in_reply_to);
CREATE INDEX ix_feedback_conversation ON feedback (conversation);
COMMIT;
