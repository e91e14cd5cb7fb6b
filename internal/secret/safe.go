package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// KeyBytes is the length of a key of a Safe, for AES-256.
const KeyBytes = 32

// Place is where something encrypted is kept: it opens nowhere else.
type Place struct{ Table, Row, Column string }

// bound are the associated data: each part with its length, so that no two places are one.
func (p Place) bound() []byte {
	var b strings.Builder
	for _, part := range []string{"evenkeel-at-rest-1", p.Table, p.Row, p.Column} {
		b.WriteString(strconv.Itoa(len(part)) + ":" + part + ",")
	}
	return []byte(b.String())
}

// Keys gives the keys of a Safe as they are now, in base64: the present one, and a former one
// that only opens. Either may be empty.
type Keys func() (present, former string, err error)

// Safe encrypts what is secret in the database with AES-256-GCM (NIST SP 800-38D), a fresh
// nonce of 96 bits each. The keys are asked for at each use, so that a changed one counts.
type Safe struct{ keys Keys }

// NewSafe returns a safe with those keys.
func NewSafe(keys Keys) *Safe { return &Safe{keys: keys} }

// key is one key and its name, by which what it encrypted is known.
type key struct {
	id  string
	gcm cipher.AEAD
}

// KeyID names a key: the first 16 hexadecimal digits of the SHA-256 of "evenkeel key " and the
// key. It tells nothing of it.
func KeyID(raw []byte) string {
	sum := sha256.Sum256(append([]byte("evenkeel key "), raw...))
	return hex.EncodeToString(sum[:8])
}

// ParseKey reads a key; the error says what would be right, and nothing of it.
func ParseKey(text string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(raw) != KeyBytes {
		return nil, fmt.Errorf("must be %d random bytes in base64, as \"openssl rand -base64 %d\" makes them", KeyBytes, KeyBytes)
	}
	return raw, nil
}

func newKey(text string) (key, error) {
	raw, err := ParseKey(text)
	if err != nil {
		return key{}, fault.New(fault.Unavailable, "encryption_key_unusable", "the key for what is secret in the database %v", err)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return key{}, err
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	return key{id: KeyID(raw), gcm: gcm}, err
}

// Present is the name of the key that encrypts. Precondition "encryption_key_missing".
func (s *Safe) Present() (string, error) {
	k, err := s.present()
	return k.id, err
}

func (s *Safe) present() (key, error) {
	present, _, err := s.keys()
	if err != nil {
		return key{}, err
	}
	if present == "" {
		return key{}, fault.New(fault.Precondition, "encryption_key_missing",
			"something secret is to be kept in the database, and there is no key to encrypt it with: make one with \"openssl rand -base64 %d\", and give the path of its file as encryption.keyFile to every replica", KeyBytes)
	}
	return newKey(present)
}

// Lock encrypts for the place, and returns the name of the key that did.
func (s *Safe) Lock(p Place, plain []byte) (keyID string, locked []byte, err error) {
	k, err := s.present()
	if err != nil {
		return "", nil, err
	}
	return k.id, k.gcm.Seal(nil, nil, plain, p.bound()), nil
}

// Open decrypts what was encrypted for the place under the key of that name. Precondition
// "encryption_key_unknown" where that is none of the keys, internal where it does not open.
func (s *Safe) Open(p Place, keyID string, locked []byte) ([]byte, error) {
	present, former, err := s.keys()
	if err != nil {
		return nil, err
	}
	for _, text := range []string{present, former} {
		if text == "" {
			continue
		}
		k, err := newKey(text)
		if err != nil {
			return nil, err
		}
		if k.id != keyID {
			continue
		}
		plain, err := k.gcm.Open(nil, nil, locked, p.bound())
		if err != nil {
			return nil, fmt.Errorf("%s of row %s in %s does not open with the key %s: it was changed, or belongs elsewhere", p.Column, p.Row, p.Table, keyID)
		}
		return plain, nil
	}
	return nil, fault.New(fault.Precondition, "encryption_key_unknown",
		"what is secret in the database is encrypted under the key %s, which is neither encryption.key nor encryption.formerKey", keyID)
}

// OwnKey returns the key in a file of its own, which is made when there is none: for a
// database that only this machine has.
func OwnKey(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the key in %s: %w", path, err)
	}
	raw := make([]byte, KeyBytes)
	_, _ = rand.Read(raw) // which never fails
	made := base64.StdEncoding.EncodeToString(raw)
	// Whole or not at all: half a key would be one that nobody ever has again.
	half, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".")
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	_, err = half.WriteString(made + "\n")
	err = errors.Join(err, half.Sync(), half.Close())
	if err == nil {
		err = os.Link(half.Name(), path) // which fails where another was first
	}
	err = errors.Join(err, os.Remove(half.Name()))
	if errors.Is(err, fs.ErrExist) {
		return OwnKey(path)
	}
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	return made, nil
}
