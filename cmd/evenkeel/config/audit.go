package config

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/label"
	"github.com/evenkeel/evenkeel/internal/secret"
)

// Audit says where the head of the audit log is put.
type Audit struct {
	AnchorFile   string        `koanf:"anchorFile" default:"" shown:"none" doc:"A file to whose end the signed head of the audit log is written, a line of JSON each time, best on storage that only takes more. Nothing in it is ever changed. Replicas on several machines need one that they share: the one with the lease writes."`
	AnchorURL    string        `koanf:"anchorURL" default:"" shown:"none" doc:"An address to which the signed head is posted as JSON, such as that of another organisation. What is not answered with success is posted again each minute, in order. It may be in a private network."`
	AnchorSecret string        `koanf:"anchorSecret" default:"" shown:"none" doc:"The name of the secret in secretsDir, or of its variable, that is sent along as bearer token."`
	AnchorEvery  time.Duration `koanf:"anchorEvery" default:"1h" min:"1m" max:"7d" doc:"The least time between two heads that are put there, where the head changed."`
}

func (a Audit) check(require func(ok bool, key string, value any, format string, args ...any)) {
	require(a.AnchorURL == "" || isHTTP(a.AnchorURL), "audit.anchorURL", a.AnchorURL, "must be an http:// or https:// address without user, such as https://anchors.example.org/evenkeel")
	require(a.AnchorSecret == "" || label.Is(a.AnchorSecret), "audit.anchorSecret", a.AnchorSecret, "must be the name of a secret: 1 to 63 lower-case letters, digits and hyphens")
	require(a.AnchorSecret == "" || a.AnchorURL != "", "audit.anchorSecret", a.AnchorSecret, "is for audit.anchorURL, which is not given")
}

// Encryption says under which key what is secret is encrypted in the database.
type Encryption struct {
	Key Secret `koanf:"key" default:"" shown:"on SQLite the file encryption.key in dataDir, which is made" doc:"32 random bytes in base64, the same for every replica; best as the path of a file, which is read whenever it is needed. PostgreSQL needs one before anything is signed: evidence, heads of the audit log, links in e-mail about toil. Keep it elsewhere than the database's backups."`
	// FormerKey is for while the key is changed.
	FormerKey Secret `koanf:"formerKey" default:"" shown:"none" doc:"The key that encryption.key replaces: what is encrypted under it is still read. Take it away once \"evenkeel secrets rotate\" says that it can go."`
}

func (e Encryption) check(require func(ok bool, key string, value any, format string, args ...any)) {
	for key, given := range map[string]Secret{"encryption.key": e.Key, "encryption.formerKey": e.FormerKey} {
		if given.IsZero() {
			continue
		}
		_, err := secret.ParseKey(given.Reveal())
		require(err == nil, key, nil, "%v (the value is not shown)", err)
	}
	require(e.FormerKey.IsZero() || e.FormerKey.Reveal() != e.Key.Reveal(), "encryption.formerKey", nil,
		"is the same as encryption.key: give the new one there, or take this one away (the values are not shown)")
}
