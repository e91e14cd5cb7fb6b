package chain

import (
	"crypto/ed25519"
	"encoding/base64"
	"strconv"
	"time"
)

// Anchor is a head of the chain, signed, as it is kept outside: the JSON of one line of an
// anchor file, of what is posted, and of GET /v1/audit/head.
type Anchor struct {
	Number    int64     `json:"number"`
	Hash      string    `json:"hash"`
	At        time.Time `json:"at"`
	PublicKey string    `json:"publicKey"`
	Signature string    `json:"signature"`
}

// Message is what is signed.
func (a Anchor) Message() string {
	return netstrings(anchorWord, strconv.FormatInt(a.Number, 10), a.Hash, Moment(a.At))
}

// Sign signs a head.
func Sign(number int64, hash string, at time.Time, key ed25519.PrivateKey) Anchor {
	a := Anchor{Number: number, Hash: hash, At: at.UTC(), PublicKey: base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))}
	a.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(a.Message())))
	return a
}

// SignedWith tells whether the anchor is signed with the key; nil stands for the key that it names.
func (a Anchor) SignedWith(key ed25519.PublicKey) bool {
	named, err := base64.StdEncoding.DecodeString(a.PublicKey)
	if err != nil || len(named) != ed25519.PublicKeySize {
		return false
	}
	if key == nil {
		key = named
	}
	signature, err := base64.StdEncoding.DecodeString(a.Signature)
	return err == nil && key.Equal(ed25519.PublicKey(named)) && ed25519.Verify(key, []byte(a.Message()), signature)
}
