package evidence

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// entry is a file of a bundle that is made by hand.
type entry struct {
	name    string
	content []byte
}

func verified(bundle []byte, key ed25519.PublicKey) (Manifest, error) {
	return Verify(bytes.NewReader(bundle), int64(len(bundle)), key)
}

func sealed(t *testing.T) ([]byte, ed25519.PrivateKey) {
	t.Helper()
	// The seed of the first test vector of RFC 8032, section 7.1, has the public key d75a98….
	key := ed25519.NewKeyFromSeed([]byte("\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60"))
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	m := Manifest{From: at.AddDate(-1, 0, 0), To: at, DrawnUpAt: at, DrawnUpBy: "Ada", Notes: notes}
	for _, name := range []string{"policies.json", "audit.json"} {
		f, err := newFile(name, "what "+name+" is", []string{name, "<öfter>"})
		if err != nil {
			t.Fatal(err)
		}
		m.Files = append(m.Files, f)
	}
	bundle, err := seal(m, key)
	if err != nil {
		t.Fatal(err)
	}
	return bundle, key
}

func unpack(t *testing.T, bundle []byte) []entry {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	var out []entry
	for _, f := range r.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entry{f.Name, content})
	}
	return out
}

func packed(t *testing.T, entries []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		into, err := w.Create(e.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := into.Write(e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestABundleIsVerifiedWithThePublicKeyAlone(t *testing.T) {
	t.Parallel()
	bundle, key := sealed(t)
	if got := PublicKey(key); got != "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" { // RFC 8032, in base64
		t.Fatalf("the public key is %s", got)
	}
	public, err := ReadPublicKey(PublicKey(key) + "\n")
	if err != nil {
		t.Fatal(err)
	}
	m, err := verified(bundle, public)
	if err != nil || len(m.Files) != 2 || m.DrawnUpBy != "Ada" || len(m.Notes) != len(notes) {
		t.Errorf("verified as %+v: %v", m, err)
	}
	if again, _ := sealed(t); !bytes.Equal(bundle, again) {
		t.Error("the same files make another bundle")
	}
	if _, err := verified(packed(t, unpack(t, bundle)), public); err != nil {
		t.Errorf("packed anew, with the same files: %v", err)
	}
	for _, wrong := range []string{"", "x", "11qYAYKxCrfVS/7TyWQHOg==", strings.Repeat("A", 100)} {
		if _, err := ReadPublicKey(wrong); err == nil || !strings.Contains(err.Error(), "must be a public key") {
			t.Errorf("the key %q is read: %v", wrong, err)
		}
	}
}

func TestABundleThatWasTamperedWithIsRefused(t *testing.T) {
	t.Parallel()
	bundle, key := sealed(t)
	public := key.Public().(ed25519.PublicKey)
	refused := func(what, says string, bundle []byte) {
		t.Helper()
		if _, err := verified(bundle, public); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want an error that says %q", what, err, says)
		}
	}
	entries := unpack(t, bundle)
	for i, e := range entries {
		for at := range e.content {
			if e.name == signatureName && at == len(e.content)-1 {
				continue // the end of the line is no part of the signature
			}
			changed := append([]entry{}, entries...)
			changed[i].content = bytes.Clone(e.content)
			changed[i].content[at] ^= 1
			if _, err := verified(packed(t, changed), public); err == nil {
				t.Fatalf("byte %d of %s is changed, and the bundle verified", at, e.name)
			}
		}
		without := append(append([]entry{}, entries[:i]...), entries[i+1:]...)
		if _, err := verified(packed(t, without), public); err == nil {
			t.Errorf("%s is taken away, and the bundle verified", e.name)
		}
		refused("twice", "twice", packed(t, append(append([]entry{}, entries...), e)))
	}
	refused("added", "not in its manifest", packed(t, append(append([]entry{}, entries...), entry{"more.json", []byte("[]")})))
	refused("no zip", "no zip file", []byte("PK"))
	other := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	if _, err := verified(bundle, other.Public().(ed25519.PublicKey)); err == nil || !strings.Contains(err.Error(), "not signed with this key") {
		t.Errorf("verified with another key: %v", err)
	}
}

// What is in no file is not signed, and may be anything: another zip file, say, that other
// programs read in place of this one.
func TestBytesBesideTheFilesAreRefused(t *testing.T) {
	t.Parallel()
	bundle, key := sealed(t)
	public := key.Public().(ed25519.PublicKey)
	r, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.File[1].DataOffset()
	if err != nil {
		t.Fatal(err)
	}
	second -= int64(30 + len(r.File[1].Name) + len(r.File[1].Extra)) // where its head begins
	directory := int64(binary.LittleEndian.Uint32(bundle[len(bundle)-6:]))
	with := func(at int64, what string) []byte { return slices.Concat(bundle[:at], []byte(what), bundle[at:]) }
	// moved has the offsets of what follows the place be right again, as whoever forges would.
	moved := func(at int64, what string) []byte {
		out := with(at, what)
		add := func(field []byte) {
			if offset := binary.LittleEndian.Uint32(field); int64(offset) >= at {
				binary.LittleEndian.PutUint32(field, offset+uint32(len(what)))
			}
		}
		begins := directory + int64(len(what))
		for range r.File {
			head := out[begins:]
			add(head[42:])
			begins += int64(46 + int(binary.LittleEndian.Uint16(head[28:])) + int(binary.LittleEndian.Uint16(head[30:])) + int(binary.LittleEndian.Uint16(head[32:])))
		}
		add(out[len(out)-6:])
		return out
	}
	if _, err := verified(moved(second, ""), public); err != nil {
		t.Fatalf("with nothing moved: %v", err)
	}
	comment := with(int64(len(bundle)), "said")
	binary.LittleEndian.PutUint16(comment[len(bundle)-2:], 4)
	for what, forged := range map[string][]byte{
		"before it": with(0, "x"), "before its first file": moved(0, "#!/bin/sh\n"), "between two files": moved(second, "PK"), "before its directory": moved(directory, "x"),
		"after it": with(int64(len(bundle)), "x"), "in its comment": comment,
	} {
		if _, err := verified(forged, public); err == nil {
			t.Errorf("there is something %s, and it verified", what)
		}
	}
	// Within what is packed, after its end: the bytes are those of one who packs by hand.
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, e := range unpack(t, bundle) {
		var p bytes.Buffer
		f, err := flate.NewWriter(&p, flate.BestSpeed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(e.content); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			p.WriteString("hidden")
		}
		into, err := w.CreateRaw(&zip.FileHeader{Name: e.name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(e.content), CompressedSize64: uint64(p.Len()), UncompressedSize64: uint64(len(e.content))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := into.Write(p.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := verified(b.Bytes(), public); err == nil || !strings.Contains(err.Error(), "not packed as it was sealed") {
		t.Errorf("there is something behind what is packed: %v", err)
	}
}

// A bomb: ten megabytes of nothing are ten kilobytes of a zip file.
func TestNoMoreIsInflatedThanTheManifestSays(t *testing.T) {
	t.Parallel()
	bundle, key := sealed(t)
	public := key.Public().(ed25519.PublicKey)
	for name, says := range map[string]string{"policies.json": "policies.json has more than 34 bytes", manifestName: "more than 1048576 bytes", signatureName: "more than 1024 bytes"} {
		entries := unpack(t, bundle)
		i := slices.IndexFunc(entries, func(e entry) bool { return e.name == name })
		if name == "policies.json" {
			says = fmt.Sprintf("policies.json has more than %d bytes", len(entries[i].content))
		}
		entries[i].content = append(bytes.Clone(entries[i].content), make([]byte, 10<<20)...)
		if _, err := verified(packed(t, entries), public); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s is a bomb: %v, want %q", name, err, says)
		}
	}
}

// What cannot even be inflated is not looked at where nobody signed for it.
func TestTheSignatureIsCheckedBeforeAnyFileIsInflated(t *testing.T) {
	t.Parallel()
	bundle, key := sealed(t)
	entries := unpack(t, bundle)
	entries[0].content[20] ^= 1
	forged := packed(t, entries)
	r, err := zip.NewReader(bytes.NewReader(forged), int64(len(forged)))
	if err != nil {
		t.Fatal(err)
	}
	at, err := r.File[2].DataOffset()
	if err != nil {
		t.Fatal(err)
	}
	forged[at] = 0xff // there is no such block
	if _, err := verified(forged, key.Public().(ed25519.PublicKey)); err == nil || !strings.Contains(err.Error(), "not signed with this key") {
		t.Errorf("it says %v", err)
	}
}
