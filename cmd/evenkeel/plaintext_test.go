package main

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

// secretForms are how a secret might be written: itself, as base64, hexadecimal and in a URL, and
// the first 16 characters of that of it which is secret.
func secretForms(secret string) []string {
	half := secret
	if parts := strings.Split(secret, "_"); strings.HasPrefix(secret, "ek_") && len(parts) == 4 {
		half = parts[2] // ek_<identifier>_<secret>_<checksum>
	}
	return []string{
		secret, base64.StdEncoding.EncodeToString([]byte(secret)), strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(secret)), "="),
		hex.EncodeToString([]byte(secret)), url.QueryEscape(secret), half[:16],
	}
}

// heap is all that was found in one kind of place.
type heap struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (h *heap) add(what []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.Write(what)
}

// listener takes what the program sends elsewhere: spans, heads of the audit log, notifications.
// Of requests that prove themselves by a secret the bodies are kept alone.
func listener(t *testing.T, into *heap) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			unpacked, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			body = unpacked
		}
		raw, err := io.ReadAll(body)
		if err != nil {
			t.Error(err)
		}
		into.add(raw)
		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(s.Close)
	return s
}

// user speaks to the program, and keeps all that it answers.
type user struct {
	*testing.T
	base    string
	replies *heap
	client  *http.Client
}

// ask sends a request; what may show a secret is not kept.
func (u *user) ask(shows bool, method, path, body string, headers ...string) (int, []byte) {
	u.Helper()
	r, err := http.NewRequestWithContext(u.Context(), method, u.base+path, strings.NewReader(body))
	if err != nil {
		u.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := u.client.Do(r)
	if err != nil {
		u.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		u.Fatal(err)
	}
	if !shows {
		head, err := httputil.DumpResponse(resp, false)
		if err != nil {
			u.Fatal(err)
		}
		u.replies.add(head)
		u.replies.add(raw)
	}
	return resp.StatusCode, raw
}

// must makes something, and gives the text of a field of it.
func (u *user) must(field, path, body, token string) string {
	u.Helper()
	status, raw := u.ask(true, http.MethodPost, path, body, "Authorization: Bearer "+token)
	var made map[string]any
	if err := json.Unmarshal(raw, &made); err != nil || status != http.StatusCreated {
		u.Fatalf("POST %s: %d %s", path, status, raw)
	}
	text, _ := made[field].(string)
	if text == "" {
		u.Fatalf("POST %s gives no %s", path, field)
	}
	return text
}

const canary = "canary-in-the-mine"

// What is secret is nowhere but where it belongs, however it was used, rightly and wrongly. A
// canary, which is no secret, is found in each place: so the scan does find.
func TestNoSecretIsAnywhere(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(t *testing.T) string{
		"SQLite":     func(*testing.T) string { return "" },
		"PostgreSQL": func(t *testing.T) string { return storetest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			noSecretIsAnywhere(t, database(t))
		})
	}
}

func noSecretIsAnywhere(t *testing.T, database string) {
	secrets := map[string]string{
		"github.webhookSecret":       "Webhooks-Of-GitHub-" + canary[:3] + "-8261",
		"incidents.pagerduty.secret": "Incidents-Of-PagerDuty-4711",
		"incidents.opsgenie.secret":  "Incidents-Of-Opsgenie-0815",
		"smtp.password":              "Password+Of/The=Mail-Server",
		"of a data source":           "Bearer-Of-The-Data-Source-77",
		"of anchors":                 "Bearer-Of-The-Anchors-12345",
		"of a target":                "whsec_" + base64.StdEncoding.EncodeToString([]byte("Key-Of-The-Notification-Target-1")),
		"encryption.key":             base64.StdEncoding.EncodeToString([]byte("Key under which rows are kept 32")),
	}
	spans, sent, replies := &heap{}, &heap{}, &heap{}
	collector, receiver := listener(t, spans), listener(t, sent)
	if database != "" {
		at, err := url.Parse(database)
		if err != nil {
			t.Fatal(err)
		}
		secrets["database.url"] = "Password-Of-The-Database-99"
		if password, has := at.User.Password(); has {
			secrets["database.url"] = password
		} else { // which the tests' server does not ask for
			at.User = url.UserPassword(at.User.Username(), secrets["database.url"])
		}
		database = at.String()
	}
	r := process.Start(t, process.Options{
		Database: database, Args: []string{"--instance", canary},
		Env: []string{
			"EVENKEEL_LOG_LEVEL=debug", "EVENKEEL_TELEMETRY_OTLP_ENDPOINT=" + collector.URL, "EVENKEEL_AUDIT_ANCHOR_URL=" + receiver.URL, "EVENKEEL_AUDIT_ANCHOR_SECRET=anchors",
			"EVENKEEL_SECRET_ANCHORS=" + secrets["of anchors"], "EVENKEEL_SECRET_PROM_TOKEN=" + secrets["of a data source"], "EVENKEEL_SECRET_NOTIFY_CANARY_IN_THE_MINE_HOOK=" + secrets["of a target"],
			"EVENKEEL_GITHUB_WEBHOOK_SECRET=" + secrets["github.webhookSecret"], "EVENKEEL_INCIDENTS_PAGERDUTY_SECRET=" + secrets["incidents.pagerduty.secret"], "EVENKEEL_INCIDENTS_OPSGENIE_SECRET=" + secrets["incidents.opsgenie.secret"],
			"EVENKEEL_SMTP_HOST=127.0.0.1", "EVENKEEL_SMTP_PORT=1", "EVENKEEL_SMTP_FROM=a@example.org", "EVENKEEL_SMTP_USERNAME=evenkeel", "EVENKEEL_SMTP_PASSWORD=" + secrets["smtp.password"],
			"EVENKEEL_ENCRYPTION_KEY=" + secrets["encryption.key"],
		},
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	u := &user{t, r.Base(), replies, &http.Client{Jar: jar}}
	admin := r.Token()
	secrets["the administrator's token"] = admin
	as := "Authorization: Bearer " + admin

	// What is made, each kind of secret.
	u.must("id", "/v1/teams", `{"slug":"`+canary+`","name":"`+canary+`"}`, admin)
	secrets["a personal token"] = u.must("text", "/v1/tokens", `{"name":"mine","scopes":["read","write"]}`, admin)
	secrets["a workload token"] = u.must("text", "/v1/tokens", `{"name":"theirs","team":"`+canary+`","scopes":["read","push"]}`, admin)
	u.ask(false, http.MethodGet, "/v1/teams/"+canary, "", as)
	// Served again, it is not: neither from the list nor under its key.
	u.ask(true, http.MethodPost, "/v1/tokens", `{"name":"once","scopes":["read"]}`, as, "Idempotency-Key: one")
	u.ask(false, http.MethodPost, "/v1/tokens", `{"name":"once","scopes":["read"]}`, as, "Idempotency-Key: one")
	link, err := url.Parse(r.SignIn())
	if err != nil {
		t.Fatal(err)
	}
	secrets["a sign-in code"] = link.Query().Get("code")
	u.ask(true, http.MethodGet, link.RequestURI(), "")
	home, err := url.Parse(r.Base())
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range jar.Cookies(home) {
		secrets["the cookie "+cookie.Name] = cookie.Value
	}
	if len(jar.Cookies(home)) == 0 {
		t.Fatal("nobody is signed in")
	}
	u.must("id", "/v1/data-sources", `{"slug":"prometheus","name":"Prometheus","kind":"prometheus","address":"`+receiver.URL+`","auth":{"scheme":"bearer","secret":"prom-token"}}`, admin)
	u.must("id", "/v1/notification-targets", `{"team":"`+canary+`","name":"Hook","kind":"webhook","address":"`+receiver.URL+`","secret":"notify-`+canary+`-hook"}`, admin)
	u.ask(false, http.MethodPost, "/v1/data-sources/prometheus/check", "", as)

	// Everything is used rightly and wrongly, wherever it does not belong.
	for _, secret := range secrets {
		escaped := url.PathEscape(secret)
		bearer := "Authorization: Bearer " + secret
		u.ask(false, http.MethodGet, "/v1/me", "", bearer)
		u.ask(false, http.MethodGet, "/v1/me", "", bearer+"x")
		u.ask(false, http.MethodGet, "/v1/me", "", "Authorization: Basic "+secret)
		u.ask(false, http.MethodGet, "/", "", "Cookie: evenkeel_session="+url.QueryEscape(secret))
		u.ask(false, http.MethodPost, "/webhooks/github", `{}`, "X-GitHub-Event: ping", "X-GitHub-Delivery: one", "X-Hub-Signature-256: "+secret)
		u.ask(false, http.MethodPost, "/webhooks/incidents/opsgenie", `{}`, "X-Evenkeel-Secret: "+secret)
		u.ask(false, http.MethodPost, "/webhooks/incidents/pagerduty", `{}`, "X-PagerDuty-Signature: v1="+secret)
		u.ask(false, http.MethodGet, "/v1/teams", "", "Idempotency-Key: "+secret)
		u.ask(false, http.MethodGet, "/signin?code="+url.QueryEscape(secret), "")
		if !strings.HasPrefix(secret, "ek_") {
			continue // nobody could tell what it is, from a word that belongs there
		}
		u.ask(false, http.MethodGet, "/v1/teams/"+escaped, "", as)
		u.ask(false, http.MethodGet, "/"+escaped, "", as)
		u.ask(false, http.MethodGet, "/v1/teams?token="+url.QueryEscape(secret)+"&after="+url.QueryEscape(secret), "", as)
		u.ask(false, http.MethodPost, "/v1/teams", `{"slug":"`+secret+`","token":"`+secret+`"}`, as)
		u.ask(false, http.MethodPost, "/v1/teams", `{"slug":`+secret, as)
		u.ask(false, http.MethodDelete, "/v1/tokens/"+escaped, "", as)
	}
	for _, path := range []string{"/v1/tokens", "/v1/audit", "/v1/data-sources", "/v1/notification-targets", "/v1/people", "/v1/jobs", "/v1/evidence/key", "/metrics", "/readyz", "/v1/notifications"} {
		u.ask(false, http.MethodGet, path, "", as)
	}
	for _, job := range []string{"send-notifications", "seal-audit", "collect-measurements", "deliver-issues"} {
		u.ask(false, http.MethodPost, "/v1/jobs/"+job+"/runs", "", as)
	}
	for _, path := range []string{"/v1/audit/head", "/v1/audit/export", "/v1/audit/verification"} {
		if status, raw := u.ask(false, http.MethodGet, path, "", as); status != http.StatusOK {
			t.Errorf("GET %s: %d %s", path, status, raw)
		}
	}

	places := map[string][]byte{}
	data := filepath.Join(r.Dir(), "data")
	if database == "" {
		for _, file := range []string{"evenkeel.db", "evenkeel.db-wal"} { // the canary is in either
			places["the database"] = append(places["the database"], heldIn(t, filepath.Join(data, file))...)
		}
		backup := filepath.Join(t.TempDir(), "backup.db")
		db, err := sql.Open("sqlite", filepath.Join(data, "evenkeel.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(t.Context(), "VACUUM INTO '"+backup+"'"); err != nil {
			t.Fatal(err)
		}
		places["a backup"] = heldIn(t, backup)
	} else {
		places["pg_dump"] = dumped(t, database)
	}
	if err := r.Terminate(); err != nil {
		t.Errorf("it ends with %v", err)
	}
	places["the log"], places["spans"], places["what is sent"], places["replies"] = []byte(r.Log()), spans.all.Bytes(), sent.all.Bytes(), replies.all.Bytes()
	for place, what := range places {
		marked := canary
		if place == "what is sent" {
			marked = `"signature":` // of a head
		}
		if !bytes.Contains(what, []byte(marked)) {
			t.Errorf("%s, %d bytes, do not hold the canary: the scan finds nothing there", place, len(what))
		}
		for name, secret := range secrets {
			for n, form := range secretForms(secret) {
				if at := bytes.Index(what, []byte(form)); at >= 0 {
					t.Errorf("%s (form %d) is in %s: …%.120q", name, n, place, what[max(0, at-100):])
				}
			}
		}
	}
	t.Logf("%d secrets in %d forms, %d places", len(secrets), len(secretForms(admin)), len(places))
}

func heldIn(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// dumped is what pg_dump writes of a database; bytes are in hexadecimal there.
func dumped(t *testing.T, database string) []byte {
	t.Helper()
	program, err := exec.LookPath("pg_dump")
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump") // the pattern is right
		if len(found) == 0 {
			t.Fatal("there is no pg_dump, which comes with PostgreSQL")
		}
		program = found[len(found)-1]
	}
	dump := exec.CommandContext(t.Context(), program, "--dbname="+database)
	var told bytes.Buffer
	dump.Stderr = &told
	out, err := dump.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &told)
	}
	return out
}
