package chain_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/audit/chain"
)

// worked is the entry of docs/explanation/audit.md.
func worked() chain.Entry {
	return chain.Entry{
		ID: "01JD3Z0Q8RC6W4N1M2V5K7T9X3", At: time.Date(2026, 11, 27, 13, 0, 0, 0, time.FixedZone("", 3600)), Outcome: "done",
		ActorKind: "person", ActorPerson: "01JD3Z0Q8RC6W4N1M2V5K7T9XA", ActorToken: "01JD3Z0Q8RC6W4N1M2V5K7T9XB", Action: "service.update",
		ObjectKind: "service", ObjectID: "01JD3Z0Q8RC6W4N1M2V5K7T9XC", Team: "01JD3Z0Q8RC6W4N1M2V5K7T9XD",
		Texts: chain.Texts{"Ada", "checkout", "more important now", `{"tier":{"from":2,"to":1}}`},
		Proof: "s00112233445566778899aabbccddeeff s0f1e2d3c4b5a69788796a5b4c3d2e1f0 sa0a1a2a3a4a5a6a7a8a9aaabacadaeaf sf0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
	}
}

// What it comes to was computed with Python's hashlib, and the page computes it with sha256sum.
const (
	workedName   = "3795e88a63ea54e273745c328c50d777aaa7160032baf9a92922eb57a05cc9fb"
	workedDigest = "73de98bef4a390a6392c8cab17b30598723d46f1ad670820f6a6c64e982d129b"
	workedHash   = "f4cf0400060f101230c42b89665c3bdddbf940fe52bbf69038d0ee534db1fa82"
)

// The seed of the first test vector of RFC 8032, section 7.1.
var key = ed25519.NewKeyFromSeed([]byte("\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60"))

func TestASealIsWhatTheExplanationSays(t *testing.T) {
	t.Parallel()
	e := worked()
	s, err := chain.Next(chain.Seal{}, e)
	if err != nil || s.Number != 1 || s.Digest != workedDigest || s.Hash != workedHash || s.EntryID != e.ID {
		t.Errorf("sealed as %+v: %v", s, err)
	}
	if got := chain.Commit("actorName", "00112233445566778899aabbccddeeff", "Ada"); got != workedName {
		t.Errorf("the commitment to the name is %s", got)
	}
	if err := e.Redact("01JD3Z0Q8RC6W4N1M2V5K7T9XZ", 0, 3); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(e.Proof, "00112233") || !strings.HasPrefix(e.Proof, "c"+workedName) || e.Texts[0]+e.Texts[3] != "" || e.Texts[1] != "checkout" {
		t.Errorf("redacted it is %+v", e)
	}
	if digest, err := e.Digest(); err != nil || digest != workedDigest {
		t.Errorf("redacted, its digest is %s: %v", digest, err)
	}
	for _, wrong := range []string{"", "s00", worked().Proof + " s00112233445566778899aabbccddeeff", strings.ToUpper(worked().Proof), strings.Replace(worked().Proof, "s0", "c0", 1)} {
		if _, err := chain.ParseProofs(wrong); err == nil {
			t.Errorf("%q is read as proofs", wrong)
		}
	}
}

// A reader needs nothing of ours: the commands of the page come to the same hashes, and
// openssl takes the signature.
func TestAReaderVerifiesWithToolsOfTheirOwn(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/explanation/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	script := "set -eu\n"
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		script += block[1]
	}
	shell := exec.CommandContext(t.Context(), "bash", "-c", script)
	shell.Dir = t.TempDir()
	var told bytes.Buffer
	shell.Stderr = &told
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, &told)
	}
	if want := workedName + "\n" + workedDigest + "\n" + workedHash + "\nSignature Verified Successfully\n"; string(out) != want {
		t.Errorf("the page prints\n%s, want\n%s", out, want)
	}
	a := chain.Sign(1, workedHash, time.Date(2026, 11, 27, 13, 0, 0, 0, time.UTC), key)
	if !strings.Contains(string(page), "echo "+a.Signature+" |") {
		t.Errorf("the program signs %s, which is not what the page has openssl verify", a.Signature)
	}
	if !a.SignedWith(nil) || !a.SignedWith(key.Public().(ed25519.PublicKey)) {
		t.Error("its own signature is refused")
	}
	other := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	changed := a
	changed.Number = 2
	if a.SignedWith(other) || changed.SignedWith(nil) {
		t.Error("an anchor of another key, or of another number, is taken")
	}
}

// Fields that are written one after the other must not be mistaken for others.
func TestNoTwoEntriesHaveOneDigest(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for name, change := range map[string]func(e *chain.Entry){
		"as it is": func(*chain.Entry) {}, "id": func(e *chain.Entry) { e.ID += "x" }, "at": func(e *chain.Entry) { e.At = e.At.Add(time.Microsecond) },
		"outcome": func(e *chain.Entry) { e.Outcome = "refused" }, "actor kind": func(e *chain.Entry) { e.ActorKind = "system" },
		"person": func(e *chain.Entry) { e.ActorPerson = "" }, "person as team": func(e *chain.Entry) { e.ActorPerson, e.ActorTeam = "", e.ActorPerson },
		"token": func(e *chain.Entry) { e.ActorToken = "" }, "action": func(e *chain.Entry) { e.Action = "service.delete" },
		"kind": func(e *chain.Entry) { e.ObjectKind = "team" }, "object": func(e *chain.Entry) { e.ObjectID = "x" }, "team": func(e *chain.Entry) { e.Team = "" },
		"object and team": func(e *chain.Entry) { e.ObjectID, e.Team = e.ObjectID+e.Team[:1], e.Team[1:] },
		"name":            func(e *chain.Entry) { e.Texts[0] = "Adam" }, "label": func(e *chain.Entry) { e.Texts[1] = "" }, "reason": func(e *chain.Entry) { e.Texts[2] += "\x00" },
		"changes": func(e *chain.Entry) { e.Texts[3] = strings.Replace(e.Texts[3], ",", ", ", 1) },
		"a salt":  func(e *chain.Entry) { e.Proof = strings.Replace(e.Proof, "s00", "s01", 1) },
		"texts":   func(e *chain.Entry) { e.Texts[0], e.Texts[1] = e.Texts[1], e.Texts[0] },
	} {
		e := worked()
		change(&e)
		digest, err := e.Digest()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if other, twice := seen[digest]; twice {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[digest] = name
		if raw, err := hex.DecodeString(digest); err != nil || len(raw) != 32 {
			t.Errorf("%s: the digest is %q", name, digest)
		}
	}
}
