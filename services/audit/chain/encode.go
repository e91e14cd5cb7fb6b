package chain

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// The words with which each thing that is hashed or signed begins, so that none is taken for
// another.
const (
	textWord   = "evenkeel-audit-text-1"
	entryWord  = "evenkeel-audit-entry-1"
	sealWord   = "evenkeel-audit-seal-1"
	anchorWord = "evenkeel-audit-anchor-1"
)

// Genesis is the hash before the first seal.
const Genesis = "0000000000000000000000000000000000000000000000000000000000000000"

// SaltBytes is how many random bytes a salt has.
const SaltBytes = 16

// netstrings writes each text as a netstring (cr.yp.to/proto/netstrings.txt): its length in
// bytes, a colon, itself, a comma. No two lists of texts are written alike.
func netstrings(texts ...string) string {
	var b strings.Builder
	for _, t := range texts {
		b.WriteString(strconv.Itoa(len(t)))
		b.WriteByte(':')
		b.WriteString(t)
		b.WriteByte(',')
	}
	return b.String()
}

func sum(texts ...string) string {
	h := sha256.Sum256([]byte(netstrings(texts...)))
	return hex.EncodeToString(h[:])
}

const momentForm = "2006-01-02T15:04:05.000000Z"

// Moment writes a time as it is hashed: UTC, to the microsecond. ParseMoment reads it.
func Moment(t time.Time) string                  { return t.UTC().Format(momentForm) }
func ParseMoment(text string) (time.Time, error) { return time.Parse(momentForm, text) }

// Commit is the commitment to one of an entry's texts: without the salt it tells nothing of it.
func Commit(name, salt, text string) string { return sum(textWord, name, salt, text) }

// Hash is that of a seal.
func Hash(previous string, number int64, entry, digest string) string {
	return sum(sealWord, previous, strconv.FormatInt(number, 10), entry, digest)
}
