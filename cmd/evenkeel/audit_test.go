package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

// sealNow has the job seal what is there.
func sealNow(t *testing.T, r *process.Process) {
	t.Helper()
	post(t, r, "/v1/jobs/seal-audit/runs", "")
}

func TestTheAuditLogIsExportedAndVerifiedWithoutAServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	anchors, export := filepath.Join(dir, "anchors.ndjson"), filepath.Join(dir, "audit.ndjson")
	r := process.Start(t, process.Options{Dir: t.TempDir(), Env: []string{"EVENKEEL_AUDIT_ANCHOR_FILE=" + anchors, "EVENKEEL_JOBS_ENABLED=false"}})
	environ := []string{"EVENKEEL_TOKEN=" + r.Token(), "EVENKEEL_SERVER=" + r.Base()}
	if code, _, stderr := evenkeel(t, environ, "audit", "export"); code != exitError || !strings.Contains(stderr, "nothing of the audit log is sealed yet") {
		t.Errorf("before anything is sealed: %d, %q", code, stderr)
	}
	for n := range 3 {
		post(t, r, "/v1/teams", fmt.Sprintf(`{"slug":"team-%d","name":"Team <%d> & others"}`, n, n))
	}
	sealNow(t, r)
	post(t, r, "/v1/teams", `{"slug":"unsealed","name":"Unsealed"}`)
	code, text, stderr := evenkeel(t, environ, "audit", "export")
	if code != exitOK || stderr != "" {
		t.Fatalf("the export ends with %d: %s", code, stderr)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	_, key := r.Get("/v1/evidence/key")
	public := strings.Split(strings.SplitN(string(key), `"publicKey":"`, 2)[1], `"`)[0]
	verify := func(lines []string, args ...string) (int, string) {
		t.Helper()
		write(t, export, strings.Join(lines, "\n")+"\n")
		code, stdout, stderr := evenkeel(t, nil, append([]string{"audit", "verify", export}, args...)...)
		return code, stdout + stderr
	}
	good := []string{"--anchors", anchors, "--public-key", public}
	if code, said := verify(lines, good...); code != exitOK || !strings.Contains(said, "1 entries that are not sealed yet") || !strings.HasSuffix(said, "It is as it was sealed.\n") || strings.Contains(said, "No anchors") {
		t.Errorf("as it was: %d, %s", code, said)
	}
	if code, said := verify(lines); code != exitOK || !strings.Contains(said, "No anchors were given") {
		t.Errorf("without anchors: %d, %s", code, said)
	}
	changed := func(line int, old, now string) []string {
		t.Helper()
		out := append([]string{}, lines...)
		if out[line] = strings.Replace(out[line], old, now, 1); out[line] == lines[line] {
			t.Fatalf("there is no %q in %s", old, lines[line])
		}
		return out
	}
	last := len(lines) - 3                                       // that is sealed, before one that is not and the head
	const other = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" // of RFC 8032, section 7.1
	for name, c := range map[string]struct {
		lines []string
		args  []string
		code  int
		says  string
	}{
		"a changed label":    {changed(slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, `"objectLabel":"team-2"`) }), `"objectLabel":"team-2"`, `"objectLabel":"team-9"`), good, exitUsage, "changed_entry: number"},
		"one taken away":     {append(append([]string{}, lines[:1]...), lines[2:]...), good, exitUsage, "missing_seal: number 2"},
		"two swapped":        {append([]string{lines[1], lines[0]}, lines[2:]...), good, exitUsage, "repeated: number 1"},
		"the end cut off":    {append(append([]string{}, lines[:last]...), lines[last+1:]...), good, exitUsage, "shorter_than_anchor"},
		"another key":        {lines, []string{"--public-key", other}, exitUsage, "wrong_anchor"},
		"a changed hash":     {changed(0, `"hash":"`, `"hash":"0`), good, exitUsage, "changed_seal: number 1"},
		"no head":            {lines[:len(lines)-1], good, exitError, "it was cut off"},
		"more than the head": {append(append([]string{}, lines...), lines[0]), good, exitError, "comes after the head"},
		"no JSON":            {changed(0, "{", ""), good, exitError, "line 1 is none of an export"},
		"an empty object":    {append([]string{"{}"}, lines...), good, exitError, "line 1 is none of an export"},
		"no such anchors":    {lines, []string{"--anchors", export + ".none"}, exitError, "read the anchors"},
		"no key":             {lines, []string{"--public-key", "none"}, exitUsage, "must be a public key"},
	} {
		if code, said := verify(c.lines, c.args...); code != c.code || !strings.Contains(said, c.says) {
			t.Errorf("%s: %d, %s; want %d and %q", name, code, said, c.code, c.says)
		}
	}
	status, body := r.Get("/v1/audit/verification")
	if status != 200 || !strings.Contains(string(body), `"findings":[]`) || !strings.Contains(string(body), `"anchored":1`) || !strings.Contains(string(body), `"unsealed":1`) {
		t.Errorf("the server verifies: %d, %s", status, body)
	}
}

// The key of the database is changed while the program is stopped, as SQLite has one process.
func TestSecretsAreEncryptedAnewUnderAnotherKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	r := process.Start(t, process.Options{Dir: dir})
	_, before := r.Get("/v1/evidence/key")
	if err := r.Terminate(); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(data, "encryption.key")
	info, err := os.Stat(own)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key that was made is %v: %v", info, err)
	}
	seed := func() (raw []byte, id string) {
		t.Helper()
		db, err := sql.Open("sqlite", filepath.Join(data, "evenkeel.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.QueryRowContext(t.Context(), "SELECT seed, key_id FROM signing_keys WHERE purpose = 'installation'").Scan(&raw, &id); err != nil {
			t.Fatal(err)
		}
		return raw, id
	}
	sealed, id := seed()
	if len(sealed) != 12+32+16 { // of AES-GCM: nonce, seed and tag
		t.Errorf("the seed is kept in %d bytes", len(sealed))
	}
	anew := filepath.Join(dir, "new.key")
	write(t, anew, "bmV3IGtleSBvZiAzMiBieXRlcyBmb3IgQUVTLTI1Ni4=\n") // "new key of 32 bytes for AES-256."
	environ := []string{"EVENKEEL_DATA_DIR=" + data, "EVENKEEL_ENCRYPTION_KEY_FILE=" + anew}
	if code, _, stderr := evenkeel(t, environ, "secrets", "rotate"); code != exitError || !strings.Contains(stderr, "encrypted under the key "+id+", which is neither encryption.key nor encryption.formerKey") {
		t.Errorf("without the former key: %d, %s", code, stderr)
	}
	both := append(environ, "EVENKEEL_ENCRYPTION_FORMER_KEY_FILE="+own)
	for _, want := range []string{"encrypted anew: 1\n", "encrypted anew: 0\n"} {
		if code, stdout, stderr := evenkeel(t, both, "secrets", "rotate"); code != exitOK || !strings.HasPrefix(stdout, want) || !strings.Contains(stdout, "encryption.formerKey can go") {
			t.Errorf("%d, %q, %s; want %q", code, stdout, stderr, want)
		}
	}
	if now, under := seed(); under == id || string(now) == string(sealed) {
		t.Error("the seed is under the former key still")
	}
	if err := os.Remove(own); err != nil {
		t.Fatal(err)
	}
	r = process.Start(t, process.Options{Dir: dir, Env: []string{"EVENKEEL_ENCRYPTION_KEY_FILE=" + anew}})
	if _, after := r.Get("/v1/evidence/key"); string(after) != string(before) {
		t.Errorf("the public key was %s and is %s", before, after)
	}
}
