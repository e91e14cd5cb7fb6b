package chain

import (
	"crypto/ed25519"
	"fmt"
	"slices"
)

// Kind is what is wrong with a chain.
type Kind string

// The kinds of findings.
const (
	MissingSeal       Kind = "missing_seal"        // numbers are left out
	MissingEntry      Kind = "missing_entry"       // there is a seal, and no entry
	ChangedEntry      Kind = "changed_entry"       // the entry is not what was sealed, or its digest is not
	ChangedSeal       Kind = "changed_seal"        // the hash is not that of what is sealed after what is before
	WrongNumber       Kind = "wrong_number"        // entry and seal do not name each other
	Repeated          Kind = "repeated"            // a number, or an entry, is there twice
	Stray             Kind = "stray"               // an entry says that it is sealed, and is not
	WrongRedaction    Kind = "wrong_redaction"     // texts are taken away, and no pseudonymisation did it
	WrongAnchor       Kind = "wrong_anchor"        // an anchor is not signed with the key
	NotAsAnchored     Kind = "not_as_anchored"     // the chain has another hash than was anchored
	ShorterThanAnchor Kind = "shorter_than_anchor" // the chain ends before an anchor
)

// Finding is one thing that is wrong.
type Finding struct {
	Kind    Kind
	Number  int64  // 0 where none is concerned
	Entry   string // empty where none is concerned
	Message string
}

// Pseudonymisation is the action of the entries that may name themselves as having redacted
// others.
const Pseudonymisation = "person.pseudonymise"

// mark is a redacted entry, whose pseudonymisation is still to be seen.
type mark struct {
	number    int64
	entry, by string
}

// Verifier goes along a chain in the order of its numbers.
type Verifier struct {
	number   int64
	hash     string
	checked  int64
	anchors  []Anchor // those to come, by their numbers
	anchored int64    // how many were as the chain has them
	marks    []mark
	seen     map[string]bool // entries of pseudonymisations
	sealed   map[string]int64
	findings []Finding
}

// NewVerifier returns one that goes on after the number with its hash, 0 and Genesis to begin.
func NewVerifier(after int64, hash string) *Verifier {
	return &Verifier{number: after, hash: hash, seen: map[string]bool{}, sealed: map[string]int64{}}
}

// Expect has the chain compared with anchors, which have to be signed with the key; nil stands
// for whichever they name, and proves only that they are whole. Anchors of numbers that were
// gone by already are not compared.
func (v *Verifier) Expect(anchors []Anchor, key ed25519.PublicKey) {
	for _, a := range anchors {
		if !a.SignedWith(key) {
			v.find(WrongAnchor, a.Number, "", "the anchor of number %d is not signed with the installation's key, or was changed since", a.Number)
			continue
		}
		if a.Number > v.number {
			v.anchors = append(v.anchors, a)
		}
	}
	slices.SortStableFunc(v.anchors, func(a, b Anchor) int { return int(min(1, max(-1, a.Number-b.Number))) })
}

func (v *Verifier) find(k Kind, number int64, entry, format string, args ...any) {
	v.findings = append(v.findings, Finding{Kind: k, Number: number, Entry: entry, Message: fmt.Sprintf(format, args...)})
}

// Seal looks at the next seal.
func (v *Verifier) Seal(s Seal) {
	v.checked++
	if s.Number <= v.number {
		v.find(Repeated, s.Number, s.EntryID, "the number %d comes after %d", s.Number, v.number)
		return
	}
	v.passAnchors(s.Number - 1)
	if first := v.number + 1; s.Number > first {
		v.find(MissingSeal, first, "", "the numbers %d to %d are missing", first, s.Number-1)
	} else if want := Hash(v.hash, s.Number, s.EntryID, s.Digest); s.Hash != want {
		v.find(ChangedSeal, s.Number, s.EntryID, "the hash is %.64q, and of what stands before it and in it comes %s", s.Hash, want)
	}
	if earlier, twice := v.sealed[s.EntryID]; twice {
		v.find(Repeated, s.Number, s.EntryID, "the entry is sealed already, under the number %d", earlier)
	}
	v.number, v.hash = s.Number, s.Hash
	v.sealed[s.EntryID] = s.Number
	for len(v.anchors) > 0 && v.anchors[0].Number == s.Number {
		if v.anchors[0].Hash == s.Hash {
			v.anchored++
		} else {
			v.find(NotAsAnchored, s.Number, s.EntryID, "the hash is %.64q, and %s was anchored at %s: what is sealed up to here was written anew", s.Hash, v.anchors[0].Hash, Moment(v.anchors[0].At))
		}
		v.anchors = v.anchors[1:]
	}
	if s.Entry == nil {
		v.find(MissingEntry, s.Number, s.EntryID, "the entry %s was sealed, and is gone", s.EntryID)
		return
	}
	v.entry(s)
}

// passAnchors finds anchors of numbers up to one, which the chain does not have.
func (v *Verifier) passAnchors(number int64) {
	for len(v.anchors) > 0 && v.anchors[0].Number <= number {
		v.find(NotAsAnchored, v.anchors[0].Number, "", "the number %d was anchored at %s, and is missing", v.anchors[0].Number, Moment(v.anchors[0].At))
		v.anchors = v.anchors[1:]
	}
}

func (v *Verifier) entry(s Seal) {
	e := *s.Entry
	if e.Seal != s.Number || e.ID != s.EntryID {
		v.find(WrongNumber, s.Number, s.EntryID, "the seal %d is of the entry %s, which is %s and says that its seal is %d", s.Number, s.EntryID, e.ID, e.Seal)
	}
	digest, err := e.Digest()
	if err != nil {
		v.find(ChangedEntry, s.Number, s.EntryID, "%v", err)
		return
	}
	if digest != s.Digest {
		v.find(ChangedEntry, s.Number, s.EntryID, "the entry's digest is %s, and %.64q was sealed", digest, s.Digest)
	}
	v.Note(e)
	v.redactions(s.Number, e)
}

func (v *Verifier) redactions(number int64, e Entry) {
	proofs, err := ParseProofs(e.Proof)
	if err != nil {
		return // told already
	}
	redacted := false
	for i, p := range proofs {
		if !p.Redacted() {
			continue
		}
		redacted = true
		if e.Texts[i] != "" {
			v.find(WrongRedaction, number, e.ID, "its %s was redacted, and is there", TextNames[i])
		}
	}
	switch {
	case redacted && e.RedactedBy == "":
		v.find(WrongRedaction, number, e.ID, "texts of it are redacted, and no pseudonymisation is named that did it")
	case !redacted && e.RedactedBy != "":
		v.find(WrongRedaction, number, e.ID, "it names the pseudonymisation %.64q, and nothing of it is redacted", e.RedactedBy)
	case redacted:
		v.marks = append(v.marks, mark{number, e.ID, e.RedactedBy})
	}
}

// Note takes notice of an entry that is in the log, sealed or not yet: what a pseudonymisation
// redacted is marked with its entry.
func (v *Verifier) Note(e Entry) {
	if e.Action == Pseudonymisation && e.Outcome == "done" {
		v.seen[e.ID] = true
	}
}

// Stray finds an entry that says it is sealed, of which no seal is.
func (v *Verifier) Stray(e Entry) {
	v.find(Stray, e.Seal, e.ID, "the entry %s says that it is sealed under the number %d, and no seal is of it", e.ID, e.Seal)
}

// Marks are the entries of pseudonymisations that are named, and were not seen yet.
func (v *Verifier) Marks() []string {
	var out []string
	for _, m := range v.marks {
		if !v.seen[m.by] && !slices.Contains(out, m.by) {
			out = append(out, m.by)
		}
	}
	return out
}

// End ends a whole chain: what was expected and did not come is found.
func (v *Verifier) End() {
	for _, a := range v.anchors {
		v.find(ShorterThanAnchor, a.Number, "", "the number %d was anchored at %s, and the chain ends with %d: its end was cut off", a.Number, Moment(a.At), v.number)
	}
	v.anchors = nil
	v.EndMarks()
}

// EndMarks finds redactions whose pseudonymisation was not seen.
func (v *Verifier) EndMarks() {
	for _, m := range v.marks {
		if !v.seen[m.by] {
			v.find(WrongRedaction, m.number, m.entry, "it names the pseudonymisation %.64q, which is not in the log", m.by)
		}
	}
	v.marks = nil
}

// Findings are what is wrong, Checked how many seals were looked at, Anchored how many anchors
// are as the chain has them, and Last the number and hash that were come to.
func (v *Verifier) Findings() []Finding   { return v.findings }
func (v *Verifier) Checked() int64        { return v.checked }
func (v *Verifier) Anchored() int64       { return v.anchored }
func (v *Verifier) Last() (int64, string) { return v.number, v.hash }
