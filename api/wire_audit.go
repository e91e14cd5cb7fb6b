package api

import "time"

// AuditAnchor is a signed head of the chain over the audit log.
type AuditAnchor struct {
	Number    int64     `json:"number" doc:"The number of the last seal."`
	Hash      string    `json:"hash" doc:"Its hash, SHA-256 in hexadecimal." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	At        time.Time `json:"at" doc:"When it was signed."`
	PublicKey string    `json:"publicKey" doc:"The installation's key of Ed25519, in base64, as GET /v1/evidence/key shows it."`
	Signature string    `json:"signature" doc:"The signature, in base64, over number, hash and time, as docs/explanation/audit.md writes them."`
}

// AuditHead is the head as it is now, and how far its anchors are.
type AuditHead struct {
	AuditAnchor
	Unsealed         int64       `json:"unsealed" doc:"How many entries wait to be sealed."`
	OldestUnsealedAt *time.Time  `json:"oldestUnsealedAt,omitempty" doc:"When the oldest of them was written."`
	LastAnchor       *KeptAnchor `json:"lastAnchor,omitempty" doc:"The last head that was made to be kept outside; absent when none was."`
}

// KeptAnchor is a head that is kept outside, and where.
type KeptAnchor struct {
	Number    int64      `json:"number"`
	Hash      string     `json:"hash"`
	At        time.Time  `json:"at"`
	WrittenAt *time.Time `json:"writtenAt,omitempty" doc:"When it came to the file; absent when it did not."`
	PostedAt  *time.Time `json:"postedAt,omitempty" doc:"When it was taken at the address; absent when it was not."`
}

// AuditSeal is a link of the chain over the audit log, with the entry that it seals. Of an
// entry that is not sealed there is the entry alone.
type AuditSeal struct {
	Number  int64        `json:"number,omitempty" doc:"Consecutive from 1; absent of what is not sealed."`
	EntryID string       `json:"entryId"`
	Digest  string       `json:"digest,omitempty" doc:"What was sealed of the entry: SHA-256 in hexadecimal."`
	Hash    string       `json:"hash,omitempty" doc:"SHA-256 over the hash before, the number, the entry's identifier and the digest."`
	Entry   *SealedEntry `json:"entry,omitempty" doc:"Absent where it is gone, which is tampering."`
}

// SealedEntry is a decision with what proves it.
type SealedEntry struct {
	ID          string    `json:"id"`
	At          time.Time `json:"at"`
	Outcome     string    `json:"outcome"`
	ActorKind   string    `json:"actorKind"`
	ActorPerson string    `json:"actorPerson"`
	ActorTeam   string    `json:"actorTeam"`
	ActorToken  string    `json:"actorToken"`
	Action      string    `json:"action"`
	ObjectKind  string    `json:"objectKind"`
	ObjectID    string    `json:"objectId"`
	Team        string    `json:"team"`
	ActorName   string    `json:"actorName" doc:"Empty where it was redacted, like the three that follow."`
	ObjectLabel string    `json:"objectLabel"`
	Reason      string    `json:"reason"`
	Changes     string    `json:"changes" doc:"JSON, byte for byte as it was written."`
	Proof       string    `json:"proof" doc:"For actorName, objectLabel, reason and changes, in this order and separated by spaces: s and the salt of the commitment, or c and the commitment alone where the text was redacted."`
	RedactedBy  string    `json:"redactedBy,omitempty" doc:"The entry of the pseudonymisation that redacted it."`
	Seal        int64     `json:"seal,omitempty" doc:"The number under which the entry says that it is sealed."`
}

// AuditVerification is what was found in a part of the chain.
type AuditVerification struct {
	From             int64          `json:"from"`
	To               int64          `json:"to" doc:"The last number that was looked at."`
	PreviousHash     string         `json:"previousHash" doc:"The hash before the first number, which is believed here."`
	Checked          int64          `json:"checked" doc:"How many seals, with their entries, were looked at."`
	Anchored         int64          `json:"anchored" doc:"How many anchors in the database the chain is as."`
	Findings         []AuditFinding `json:"findings" doc:"What is wrong, at most a hundred; empty when nothing is."`
	MoreFindings     int64          `json:"moreFindings" doc:"How many there are beside those."`
	Next             int64          `json:"next,omitempty" doc:"From where to go on; absent at the end of the chain."`
	Unsealed         int64          `json:"unsealed" doc:"At the end of the chain: how many entries wait to be sealed, which nothing proves yet."`
	OldestUnsealedAt *time.Time     `json:"oldestUnsealedAt,omitempty"`
}

// AuditFinding is one thing that is wrong with the chain.
type AuditFinding struct {
	Kind    string `json:"kind" enum:"missing_seal,missing_entry,changed_entry,changed_seal,wrong_number,repeated,stray,wrong_redaction,wrong_anchor,not_as_anchored,shorter_than_anchor"`
	Number  int64  `json:"number,omitempty"`
	EntryID string `json:"entryId,omitempty"`
	Message string `json:"message"`
}
