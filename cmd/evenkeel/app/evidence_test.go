package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/report/evidence"
)

// unzipped are the files of a bundle by name.
func unzipped(t *testing.T, bundle []byte) map[string][]byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range r.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(from); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestEvidenceIsHandedToAdministratorsWithoutASecret(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.prepare()
		h.clock.Advance(time.Hour)
		const since = "/v1/evidence?from=2026-01-01T00:00:00Z&to="
		h.do(call{as: "ada", method: "GET", path: since + start.Format(time.RFC3339)}).expect(t, 403, "forbidden", "", "only administrators")
		h.clock.Advance(time.Second)
		path := since + h.clock.Now().Format(time.RFC3339)
		h.do(call{as: "administrator", method: "GET", path: "/v1/evidence?from=2026-01-01T00:00:00Z&to=2030-01-01T00:00:00Z"}).expect(t, 422, "invalid_input", "query.to", "must not be after now")
		bundle := h.must(200, call{as: "administrator", method: "GET", path: path})
		again := unzipped(t, h.must(200, call{as: "administrator", method: "GET", path: path}).body)
		for name, content := range unzipped(t, bundle.body) {
			// When tokens were used last is written down a little later, between the two.
			late := name == "access.json" || strings.HasPrefix(name, "manifest.")
			if !bytes.Equal(content, again[name]) && !late {
				t.Errorf("%s is another one, of the same time:\n%s\n%s", name, content, again[name])
			}
		}
		public, err := evidence.ReadPublicKey(h.must(200, call{as: "bob", method: "GET", path: "/v1/evidence/key"}).text("publicKey"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := evidence.Verify(bytes.NewReader(bundle.body), int64(len(bundle.body)), public)
		if err != nil || len(m.Files) != 11 || !strings.Contains(strings.Join(m.Notes, " "), "Exemptions") {
			t.Fatalf("verified as %+v: %v", m, err)
		}

		files := unzipped(t, bundle.body)
		for name, holds := range map[string][]string{
			"policies.json":       {`"slug": "error-budget"`, `"approval"`, `"when"`},
			"attachments.json":    {`"mode": "enforce"`, h.ids["service checkout"]},
			"overrides.json":      {`"reason": "a test"`, h.ids["the override"]},
			"gate-decisions.json": {`"class": "rollback"`},
			"corrections.json":    {h.ids["the correction"], `"createdBy": "ada"`},
			"slos.json":           {h.ids["slo availability"], `"objective": "99.9%"`},
			"reports.json":        {h.ids["the report"], `"sha256"`},
			"access.json":         {`"name": "ada"`, `"slug": "payments"`, `"scopes"`, h.ids["token of pipeline"]},
			"audit.json":          {`"action": "slo.create"`, `"action": "report.create"`, `"outcome": "refused"`, "only administrators"},
		} {
			for _, text := range holds {
				if !strings.Contains(string(files[name]), text) {
					t.Errorf("%s does not hold %q: %.300s", name, text, files[name])
				}
			}
		}
		for name, content := range files {
			if strings.HasSuffix(name, ".json") && !json.Valid(content) {
				t.Errorf("%s is no JSON", name)
			}
			// A token is ek_<id>_<256 bits>_<checksum>, of which the bits are the secret.
			for whose, token := range h.tokens {
				if token == "" {
					continue
				}
				if secret := strings.Split(token, "_")[2]; bytes.Contains(content, []byte(secret)) {
					t.Errorf("%s holds the secret of the token of %s", name, whose)
				}
			}
			for _, never := range []string{"ek_", webhookSecret, `"hash"`, `"Hash"`, "seed"} {
				if bytes.Contains(content, []byte(never)) {
					t.Errorf("%s holds %q", name, never)
				}
			}
		}

		// That it was handed out is written down.
		entries := h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?limit=10&outcome=done"}).items()
		if !slices.ContainsFunc(entries, func(e map[string]any) bool { return e["action"] == "evidence.read" }) {
			t.Errorf("the audit log says nothing of it: %v", entries)
		}
	})
}
