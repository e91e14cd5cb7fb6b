package chain

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// TextNames are the names of the texts of an entry that may name people, in their order.
// They are committed to, so that they can be taken away later; all else is hashed as it is.
var TextNames = [4]string{"actorName", "objectLabel", "reason", "changes"}

// Texts are the texts themselves.
type Texts [len(TextNames)]string

// Proof is how one text is proved: by its salt while it is there, by the commitment alone
// once it was redacted. One of them is empty.
type Proof struct{ Salt, Commitment string }

// Redacted tells whether the text is gone.
func (p Proof) Redacted() bool { return p.Commitment != "" }

// Proofs are those of the texts.
type Proofs [len(TextNames)]Proof

// String writes proofs in one line: "s" and a salt, or "c" and a commitment, for each text.
func (p Proofs) String() string {
	var words []string
	for _, one := range p {
		if one.Redacted() {
			words = append(words, "c"+one.Commitment)
		} else {
			words = append(words, "s"+one.Salt)
		}
	}
	return strings.Join(words, " ")
}

// ParseProofs reads what String wrote, and nothing else.
func ParseProofs(text string) (Proofs, error) {
	var p Proofs
	words := strings.Split(text, " ")
	if len(words) != len(p) {
		return p, fmt.Errorf("%d proofs are there, and there should be %d", len(words), len(p))
	}
	for i, word := range words {
		switch {
		case strings.HasPrefix(word, "s") && isHex(word[1:], SaltBytes):
			p[i].Salt = word[1:]
		case strings.HasPrefix(word, "c") && isHex(word[1:], 32):
			p[i].Commitment = word[1:]
		default:
			return p, fmt.Errorf("the proof of %s is neither a salt nor a commitment", TextNames[i])
		}
	}
	return p, nil
}

func isHex(text string, bytes int) bool {
	_, err := hex.DecodeString(text)
	return err == nil && len(text) == 2*bytes && text == strings.ToLower(text)
}

// Entry is an entry of the audit log as it is sealed.
type Entry struct {
	ID                                            string
	At                                            time.Time
	Outcome                                       string
	ActorKind, ActorPerson, ActorTeam, ActorToken string
	Action, ObjectKind, ObjectID, Team            string
	Texts                                         Texts
	// Proof is what Proofs.String wrote.
	Proof string
	// RedactedBy is the entry of the pseudonymisation that took texts away; empty when none did.
	RedactedBy string
	// Seal is the number under which the entry says that it is sealed, 0 for not yet.
	Seal int64
}

// Digest is what a seal keeps of the entry.
func (e Entry) Digest() (string, error) {
	proofs, err := ParseProofs(e.Proof)
	if err != nil {
		return "", err
	}
	parts := []string{
		entryWord, e.ID, Moment(e.At), e.Outcome, e.ActorKind, e.ActorPerson, e.ActorTeam, e.ActorToken, e.Action, e.ObjectKind, e.ObjectID, e.Team,
	}
	for i, p := range proofs {
		if p.Redacted() {
			parts = append(parts, p.Commitment)
		} else {
			parts = append(parts, Commit(TextNames[i], p.Salt, e.Texts[i]))
		}
	}
	return sum(parts...), nil
}

// Redact takes the texts away that which names by their places, and keeps the commitments to
// them: the digest stays what it was.
func (e *Entry) Redact(by string, which ...int) error {
	proofs, err := ParseProofs(e.Proof)
	if err != nil {
		return err
	}
	for _, i := range which {
		if !proofs[i].Redacted() {
			proofs[i] = Proof{Commitment: Commit(TextNames[i], proofs[i].Salt, e.Texts[i])}
		}
		e.Texts[i] = ""
	}
	e.Proof, e.RedactedBy = proofs.String(), by
	return nil
}

// Seal is a link of the chain, with its entry where there is one.
type Seal struct {
	Number       int64
	EntryID      string
	Digest, Hash string
	Entry        *Entry
}

// Next seals an entry after a seal; the zero Seal is before the first.
func Next(last Seal, e Entry) (Seal, error) {
	digest, err := e.Digest()
	if err != nil {
		return Seal{}, fmt.Errorf("seal the entry %s: %w", e.ID, err)
	}
	previous := last.Hash
	if last.Number == 0 {
		previous = Genesis
	}
	n := last.Number + 1
	return Seal{Number: n, EntryID: e.ID, Digest: digest, Hash: Hash(previous, n, e.ID, digest)}, nil
}
