CREATE TABLE fork(origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, cosigned TEXT NOT NULL, refused TEXT NOT NULL, PRIMARY KEY (origin, size, root)) STRICT;
CREATE TABLE head(origin TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL) STRICT;
CREATE TRIGGER head_is_kept BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'a head is kept'); END;
CREATE TRIGGER head_only_grows BEFORE UPDATE ON head WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root) BEGIN SELECT RAISE(ABORT, 'a head only grows'); END;
PRAGMA user_version = 1;
