package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

const (
	ofCheckout = "/v1/services/checkout/facts"
	attestIt   = "/v1/services/checkout/attestations"
)

// in is so many days from the start.
func in(days int) string { return start.AddDate(0, 0, days).Format(time.RFC3339) }

// attesting is the body of an attestation of that fact and value.
func attesting(what string, changes ...string) string {
	return with(`{`+what+`,"evidence":"https://wiki.example.org/drill","expiresAt":"`+in(90)+`"}`, changes...)
}

func drilled(changes ...string) string {
	return attesting(`"fact":"restoreDrill","time":"`+in(-10)+`"`, changes...)
}

// known is what listServiceFacts says of a fact of checkout.
func (h *house) known(name string) map[string]any {
	h.t.Helper()
	for _, f := range h.must(200, call{as: "bob", method: "GET", path: ofCheckout}).object()["facts"].([]any) {
		if f := f.(map[string]any); f["name"] == name {
			return f
		}
	}
	h.t.Fatalf("%s is not listed", name)
	return nil
}

func TestAPushedFactIsKnownUntilItsTimeIsOver(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		path := ofCheckout + "/testedPeak"
		if before := h.must(200, call{as: "bob", method: "GET", path: path}); before.header.Get("ETag") != `"1"` || before.object()["holds"] != false {
			t.Errorf("before anything is %s", before.body)
		}
		if is := h.known("testedPeak"); is["known"] != false || is["number"] != nil || is["by"] != "given" || is["unit"] != "requests a second" || is["type"] != "number" {
			t.Errorf("not known is %v", is)
		}
		made := h.must(200, call{as: "pipeline", method: "PUT", path: path, body: `{"number":1200.5,"source":"k6","link":"https://ci.example.org/1","observedAt":"` + in(-1) + `","ttlSeconds":172800}`})
		if made.header.Get("ETag") != `"2"` || made.object()["number"] != 1200.5 || made.text("until") != in(1) || made.text("pushedBy") != "pipeline" {
			t.Errorf("pushed is %s", made.body)
		}
		is := h.known("testedPeak")
		if by := is["given"].(map[string]any); is["known"] != true || is["number"] != 1200.5 || by["way"] != "pushed" || by["source"] != "k6" || by["link"] != "https://ci.example.org/1" || by["at"] != in(-1) || by["until"] != in(1) {
			t.Errorf("known is %v", is)
		}
		// What was observed before changes nothing, in whatever order it comes.
		if late := h.must(200, call{as: "robot", method: "PUT", path: path, body: `{"number":7,"source":"k6","observedAt":"` + in(-2) + `"}`}); late.object()["number"] != 1200.5 || late.header.Get("ETag") != `"2"` {
			t.Errorf("an older observation is taken: %s", late.body)
		}
		h.do(call{as: "robot", method: "DELETE", path: path}).expect(t, 428, "precondition_required", "", "")
		h.do(call{as: "robot", method: "DELETE", path: path, header: []string{`If-Match: "1"`}}).expect(t, 412, "version_mismatch", "", "changed by somebody else")
		h.must(204, call{as: "robot", method: "DELETE", path: path, header: []string{`If-Match: "2"`}})
		h.do(call{as: "robot", method: "DELETE", path: path, header: []string{`If-Match: "3"`}}).expect(t, 409, "not_pushed", "", "nothing that was pushed of testedPeak holds")
		if again := h.must(200, call{as: "pipeline", method: "PUT", path: path, body: `{"number":1200.5,"source":"k6","observedAt":"` + in(-1) + `"}`}); again.object()["holds"] != false {
			t.Errorf("what was withdrawn is back by an observation of before: %s", again.body)
		}
		h.clock.Advance(time.Hour)
		h.must(200, call{as: "ada", method: "PUT", path: path, body: `{"number":8,"source":"Ada","ttlSeconds":3600}`})
		h.clock.Advance(time.Hour - time.Second)
		if is := h.known("testedPeak"); is["number"] != 8.0 {
			t.Errorf("a second before its end it is %v", is)
		}
		h.clock.Advance(time.Second)
		if is := h.known("testedPeak"); is["known"] != false || is["given"] != nil {
			t.Errorf("at its end it is %v", is)
		}
		// The audit log has what was decided: three values and a withdrawal.
		var actions []string
		for _, e := range h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?team=payments"}).items() {
			if action := e["action"].(string); strings.HasPrefix(action, "service_fact.") {
				actions = append(actions, action)
			}
		}
		if got := fmt.Sprint(actions); got != "[service_fact.push service_fact.delete service_fact.push]" {
			t.Errorf("audited are %s", got)
		}
	})
}

func TestFactsArePushedInBulkAllOrNone(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		two := `{"facts":[{"fact":"testedPeak","number":10,"source":"k6"},{"fact":"chaosVerdict","text":"held","source":"chaos"}]}`
		for _, want := range []string{`{"facts":2,"written":2,"unchanged":0,"older":0}`, `{"facts":2,"written":0,"unchanged":2,"older":0}`} {
			if got := h.must(200, call{as: "pipeline", method: "POST", path: ofCheckout, body: two}); strings.TrimSpace(string(got.body)) != want {
				t.Errorf("of two became %s, want %s", got.body, want)
			}
		}
		h.do(call{as: "pipeline", method: "POST", path: ofCheckout, body: strings.NewReplacer("10", "11", "held", "perhaps").Replace(two)}).
			expect(t, 422, "invalid_input", "/facts/1/text", `must be one of "held" or "broken"`)
		if is := h.known("testedPeak"); is["number"] != 10.0 {
			t.Errorf("of what was refused there is %v", is)
		}
		many := `{"facts":[{"service":"checkout","fact":"loadShedding","truth":true,"source":"s"},{"service":"` + h.ids["service ledger"] + `","fact":"loadShedding","truth":false,"source":"s"}]}`
		if got := h.must(200, call{as: "robot", method: "POST", path: "/v1/fact-batches", body: many}); strings.TrimSpace(string(got.body)) != `{"facts":2,"written":2,"unchanged":0,"older":0}` {
			t.Errorf("of many became %s", got.body)
		}
		if is := h.known("loadShedding"); is["truth"] != true {
			t.Errorf("of checkout it is %v", is)
		}
		// One of another team's is among them: nothing is written.
		foreign := `{"facts":[{"service":"ledger","fact":"loadShedding","truth":true,"source":"s"},{"service":"finder","fact":"loadShedding","truth":true,"source":"s"}]}`
		h.do(call{as: "robot", method: "POST", path: "/v1/fact-batches", body: foreign}).expect(t, 403, "forbidden", "", `/facts/1/service: facts of "finder" are pushed by`)
		for _, f := range h.must(200, call{as: "bob", method: "GET", path: "/v1/services/ledger/facts"}).object()["facts"].([]any) {
			if f := f.(map[string]any); f["name"] == "loadShedding" && f["truth"] != false {
				t.Errorf("of what was refused there is %v", f)
			}
		}
		h.must(200, call{as: "administrator", method: "POST", path: "/v1/fact-batches", body: foreign})
		// A thousand values at once are taken, and one more is not.
		var facts []string
		for n := range 1001 {
			facts = append(facts, fmt.Sprintf(`{"service":"checkout","fact":"fact%d","number":1,"source":"s"}`, n))
		}
		h.do(call{as: "robot", method: "POST", path: "/v1/fact-batches", body: `{"facts":[` + strings.Join(facts, ",") + `]}`}).expect(t, 422, "invalid_input", "/facts", "must be 1 to 1000, are 1001")
		h.do(call{as: "robot", method: "POST", path: "/v1/fact-batches", body: `{"facts":[` + strings.Join(facts[:1000], ",") + `]}`}).expect(t, 422, "invalid_input", "/facts/0/fact", "is no declared fact")
	})
}

func TestAnAttestationHoldsUntilItExpiresOrIsReplacedOrWithdrawn(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		attest := call{as: "ada", method: "POST", path: attestIt, header: []string{"Idempotency-Key: once"}, body: drilled(`"note":"All tables."`)}
		first := h.must(201, attest)
		if again := h.must(201, attest); again.text("id") != first.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("what is attested again is another attestation")
		}
		one := first.header.Get("Location")
		if one != attestIt+"/"+first.text("id") || first.text("state") != "in_force" || first.text("by") != "ada" || first.text("personId") != h.ids["ada"] || first.text("expiresAt") != in(90) || first.header.Get("ETag") != `"1"` {
			t.Errorf("attested is %s at %s", first.body, one)
		}
		is := h.known("restoreDrill")
		by := is["given"].(map[string]any)
		if is["number"] != 10.0 || is["time"] != in(-10) || by["way"] != "attested" || by["source"] != "ada" || by["link"] != "https://wiki.example.org/drill" || by["attestationId"] != first.text("id") || by["until"] != in(90) {
			t.Errorf("known is %v", is)
		}
		h.clock.Advance(36 * time.Hour)
		if is := h.known("restoreDrill"); is["number"] != 11.5 {
			t.Errorf("a day and a half later it is %v days, want 11.5", is["number"])
		}
		second := h.must(201, call{as: "ada", method: "POST", path: attestIt, body: drilled(`"time":"` + in(0) + `"`)})
		if before := h.must(200, call{as: "bob", method: "GET", path: one}); before.text("state") != "replaced" || before.object()["ended"].(map[string]any)["by"] != "ada" {
			t.Errorf("the one before is %s", before.body)
		}
		for query, want := range map[string]int{"": 2, "?inForce=true": 1, "?fact=restoreDrill": 2, "?fact=incidentDrill": 0, "?limit=1": 1} {
			if got := h.must(200, call{as: "bob", method: "GET", path: attestIt + query}).items(); len(got) != want || want > 0 && got[0]["id"] != second.text("id") {
				t.Errorf("%q lists %v, want %d", query, got, want)
			}
		}
		withdraw := call{as: "ada", method: "POST", path: second.header.Get("Location") + "/withdraw", body: `{"reason":"Another service."}`}
		h.do(withdraw).expect(t, 428, "precondition_required", "", "")
		withdraw.header = []string{`If-Match: "2"`}
		h.do(withdraw).expect(t, 412, "version_mismatch", "", "")
		withdraw.header = []string{`If-Match: "1"`}
		if gone := h.must(200, withdraw); gone.text("state") != "withdrawn" || gone.object()["ended"].(map[string]any)["reason"] != "Another service." || gone.header.Get("ETag") != `"2"` {
			t.Errorf("withdrawn is %s", gone.body)
		}
		withdraw.header = []string{`If-Match: "2"`}
		h.do(withdraw).expect(t, 409, "attestation_ended", "", "the attestation is withdrawn already")
		if is := h.known("restoreDrill"); is["known"] != false {
			t.Errorf("what was withdrawn is known: %v", is)
		}
		h.do(call{as: "ada", method: "GET", path: "/v1/services/ledger/attestations/" + first.text("id")}).expect(t, 404, "attestation_not_found", "", "")
	})
}

func TestOfWhatIsPushedAndAttestedTheLaterGoes(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		holds := func(when, way string) {
			t.Helper()
			if is := h.known("loadTested"); is["given"].(map[string]any)["way"] != way {
				t.Errorf("%s it is %v, want what was %s", when, is, way)
			}
		}
		h.must(200, call{as: "pipeline", method: "PUT", path: ofCheckout + "/loadTested", body: `{"time":"` + in(-3) + `","source":"k6"}`})
		h.must(201, call{as: "ada", method: "POST", path: attestIt, body: drilled(`"fact":"loadTested"`)})
		holds("at the same time", "attested") // somebody answers for it
		h.clock.Advance(time.Second)
		h.must(200, call{as: "pipeline", method: "PUT", path: ofCheckout + "/loadTested", body: `{"time":"` + in(-2) + `","source":"k6","ttlSeconds":3600}`})
		holds("after a later push", "pushed")
		h.clock.Advance(time.Hour)
		holds("once that holds no more", "attested")
	})
}

func TestWhoMayGiveFacts(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		push := call{method: "PUT", path: ofCheckout + "/testedPeak", body: `{"number":1,"source":"s"}`}
		attest := call{method: "POST", path: attestIt, body: drilled()}
		declare := call{method: "POST", path: "/v1/service-facts", body: `{"name":"penetrationTest","type":"age","doc":"d","ways":["attested"]}`}
		for _, c := range []struct {
			call
			as     string
			status int
			says   string
		}{
			{push, "pipeline", 200, ""}, {push, "ada", 200, ""}, {push, "stranger", 403, "members of the owning team"}, {push, "bob", 403, "members of the owning team"}, {push, "rita", 403, "lacks the scope"},
			{attest, "ada", 201, ""}, {attest, "administrator", 201, ""}, {attest, "robot", 403, "members of the owning team"}, {attest, "pipeline", 403, "lacks the scope"}, {attest, "bob", 403, "members of the owning team"},
			{declare, "ada", 403, "only administrators"}, {declare, "robot", 403, "only administrators"}, {declare, "administrator", 201, ""},
		} {
			c.call.as = c.as
			code := ""
			if c.status == 403 {
				code = "forbidden"
			}
			h.do(c.call).expect(t, c.status, code, "", c.says)
		}
		made := h.must(200, call{as: "bob", method: "GET", path: attestIt}).items()[0]["id"].(string)
		for _, as := range []string{"robot", "bob"} {
			h.do(call{as: as, method: "POST", path: attestIt + "/" + made + "/withdraw", header: []string{`If-Match: "1"`}, body: `{"reason":"x"}`}).expect(t, 403, "forbidden", "", "")
		}
		h.do(call{as: "pipeline", method: "DELETE", path: ofCheckout + "/testedPeak", header: []string{`If-Match: "2"`}}).expect(t, 403, "forbidden", "", "lacks the scope")
		h.do(call{as: "stranger", method: "DELETE", path: ofCheckout + "/testedPeak", header: []string{`If-Match: "2"`}}).expect(t, 403, "forbidden", "", "members of the owning team")
	})
}

func TestAdministratorsDeclareFacts(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		declare := call{as: "administrator", method: "POST", path: "/v1/service-facts", header: []string{"Idempotency-Key: k"}, body: `{"name":"penetrationTest","type":"text","doc":"What it came to.","values":["passed","failed"],"ways":["pushed"],"longestDays":30}`}
		made := h.must(201, declare)
		h.must(201, declare)
		one := made.header.Get("Location")
		if one != "/v1/service-facts/penetrationTest" || made.object()["builtIn"] != false || made.object()["longestDays"] != 30.0 || made.text("createdBy") != "Administrator" {
			t.Errorf("declared is %s at %s", made.body, one)
		}
		declare.header = nil
		h.do(declare).expect(t, 409, "fact_declared", "", `"penetrationTest" is declared already`)
		// Nineteen are built in, as the table of checks in the guide has them, and one is ours; a page ends within them.
		if all := h.must(200, call{as: "rita", method: "GET", path: "/v1/service-facts"}).items(); len(all) != 20 || all[0]["name"] != "canaryGated" || all[0]["builtIn"] != true {
			t.Errorf("%d are declared: %v", len(all), all)
		}
		page := h.must(200, call{as: "rita", method: "GET", path: "/v1/service-facts?limit=19"})
		if rest := h.must(200, call{as: "rita", method: "GET", path: "/v1/service-facts?limit=19&after=" + page.text("next")}).items(); len(page.items()) != 19 || len(rest) != 1 || rest[0]["name"] != "testedPeak" {
			t.Errorf("after 19 there are %v", rest)
		}
		h.must(200, call{as: "pipeline", method: "PUT", path: ofCheckout + "/penetrationTest", body: `{"text":"failed","source":"s"}`})
		h.must(304, call{as: "rita", method: "GET", path: one, header: []string{`If-None-Match: "1"`}})
		revise := call{as: "administrator", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: `{"doc":"Other.","values":["passed","open"],"ways":["pushed","attested"]}`}
		if is := h.must(200, revise); is.header.Get("ETag") != `"2"` || is.object()["longestDays"] != 180.0 || is.text("type") != "text" {
			t.Errorf("revised is %s", is.body)
		}
		h.do(revise).expect(t, 412, "version_mismatch", "", "")
		if is := h.known("penetrationTest"); is["known"] != false {
			t.Errorf("what is not among the values any more is known: %v", is)
		}
		h.must(201, call{as: "ada", method: "POST", path: attestIt, body: attesting(`"fact":"penetrationTest","text":"open"`)})
		h.do(call{as: "administrator", method: "DELETE", path: one}).expect(t, 428, "precondition_required", "", "")
		h.must(204, call{as: "administrator", method: "DELETE", path: one, header: []string{`If-Match: "2"`}})
		h.do(call{as: "rita", method: "GET", path: one}).expect(t, 404, "fact_not_found", "", `no fact "penetrationTest"`)
		if left := h.must(200, call{as: "rita", method: "GET", path: attestIt}).items(); len(left) != 1 || left[0]["state"] != "removed" {
			t.Errorf("its attestations are %v", left)
		}
		for _, c := range []call{{method: "PUT", body: `{"doc":"x","ways":["pushed"]}`}, {method: "DELETE"}} {
			c.as, c.path, c.header = "administrator", "/v1/service-facts/restoreDrill", []string{`If-Match: "1"`}
			h.do(c).expect(t, 409, "fact_built_in", "", `"restoreDrill" is built in`)
		}
		h.must(201, declare) // again: nothing of what was given before comes back
		if is := h.known("penetrationTest"); is["known"] != false {
			t.Errorf("of a fact that is declared anew there is %v", is)
		}
	})
}

// replica is another process over the same database, by the same time.
func (h *house) replica(url string) http.Handler {
	h.t.Helper()
	loaded, err := config.Load(config.Sources{Hostname: "replica"})
	if err != nil {
		h.t.Fatal(err)
	}
	c := loaded.Config
	c.DataDir, c.Database.URL, c.Limits.RequestsPerSecond = h.t.TempDir(), config.NewSecret(url), 0
	a, err := app.Open(h.t.Context(), app.Options{Config: c, BaseURL: "http://evenkeel.example", Version: "test", Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.t.Fatal(err)
	}
	held := a
	h.t.Cleanup(func() {
		if err := held.Close(context.Background()); err != nil {
			h.t.Errorf("close the replica: %v", err)
		}
		held = nil // see house.leave
	})
	return a.Handler()
}

// together sends requests at once, one to each of the handlers, and returns their bodies.
func (h *house) together(handlers []http.Handler, calls ...call) []string {
	h.t.Helper()
	type reply struct {
		n, status int
		body      string
	}
	replies := make(chan reply, len(calls))
	for n, c := range calls {
		r := httptest.NewRequestWithContext(h.t.Context(), c.method, c.path, strings.NewReader(c.body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+h.tokens[c.as])
		go func() {
			w := httptest.NewRecorder()
			handlers[n%len(handlers)].ServeHTTP(w, r)
			body, err := io.ReadAll(w.Result().Body)
			if err != nil {
				body = []byte(err.Error())
			}
			replies <- reply{n, w.Code, string(body)}
		}()
	}
	out := make([]string, len(calls))
	for range calls {
		r := <-replies
		if r.status >= 300 {
			h.t.Errorf("%s: %d %s", calls[r.n], r.status, r.body)
		}
		out[r.n] = r.body
	}
	return out
}

// Two replicas are told of one fact at once, in any order: the latest observation stands, as if they had been
// told one after the other, and every reply says what stood then.
func TestReplicasThatAreToldAtOnceAgree(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	h := open(t, url)
	h.furnish()
	handlers := []http.Handler{h.handler, h.replica(url)}
	for round := range 8 {
		now := start.Add(time.Duration(round-60) * time.Minute)
		at := func(n int) string { return now.Add(time.Duration(n) * time.Second).UTC().Format(time.RFC3339) }
		var calls []call
		for n := range 6 {
			n = (n*5 + round) % 6 // in another order each time
			calls = append(calls, call{as: "pipeline", method: "PUT", path: ofCheckout + "/testedPeak", body: fmt.Sprintf(`{"number":%d,"source":"s","observedAt":%q}`, 100*round+n, at(n))})
		}
		calls = append(calls, call{as: "ada", method: "POST", path: attestIt, body: fmt.Sprintf(`{"fact":"testedPeak","number":%d,"evidence":"https://x.example.org","expiresAt":%q}`, round, in(1))})
		calls = append(calls, calls[len(calls)-1])
		h.together(handlers, calls...)
		var p map[string]any
		if err := json.Unmarshal(h.must(200, call{as: "bob", method: "GET", path: ofCheckout + "/testedPeak"}).body, &p); err != nil {
			t.Fatal(err)
		}
		if p["number"] != float64(100*round+5) || p["observedAt"] != at(5) {
			t.Errorf("round %d: pushed is %v, want %d of %s", round, p, 100*round+5, at(5))
		}
		// One attestation is in force, and it is later than what was observed an hour ago.
		if force := h.must(200, call{as: "bob", method: "GET", path: attestIt + "?inForce=true"}).items(); len(force) != 1 || force[0]["number"] != float64(round) {
			t.Errorf("round %d: in force are %v", round, force)
		}
		if all := h.must(200, call{as: "bob", method: "GET", path: attestIt}).items(); len(all) != 2*(round+1) {
			t.Errorf("round %d: %d were attested", round, len(all))
		}
		if is := h.known("testedPeak"); is["number"] != float64(round) || is["given"].(map[string]any)["way"] != "attested" {
			t.Errorf("round %d: known is %v", round, is)
		}
	}
}

// A push and an attestation at once, on each database: both stand, and the later goes.
func TestAPushAndAnAttestationAtOnceBothStand(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for round := range 8 {
			h.clock.Advance(time.Minute)
			h.together([]http.Handler{h.handler},
				call{as: "pipeline", method: "PUT", path: ofCheckout + "/escalationLevels", body: fmt.Sprintf(`{"number":%d,"source":"s"}`, 10+round)},
				call{as: "ada", method: "POST", path: attestIt, body: attesting(fmt.Sprintf(`"fact":"escalationLevels","number":%d`, round))},
				call{as: "robot", method: "POST", path: ofCheckout, body: fmt.Sprintf(`{"facts":[{"fact":"loadShedding","truth":true,"source":"s"},{"fact":"escalationLevels","number":%d,"source":"s","observedAt":%q}]}`, 20+round, in(-1))},
			)
			if p := h.must(200, call{as: "bob", method: "GET", path: ofCheckout + "/escalationLevels"}).object(); p["number"] != float64(10+round) {
				t.Errorf("round %d: pushed is %v", round, p)
			}
			if is := h.known("escalationLevels"); is["number"] != float64(round) {
				t.Errorf("round %d: known is %v", round, is)
			}
		}
		h.must(200, call{as: "bob", method: "GET", path: attestIt + "?limit=1"})
	})
}

// The job tells of what expires: of one for 90 days 14 days before its end, and at the end.
func TestAnAttestationThatExpiresIsToldByTheJob(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.must(201, call{as: "ada", method: "POST", path: attestIt, body: drilled(`"expiresAt":"` + in(60) + `"`)})
		told := func() (out []string) {
			for _, e := range h.must(200, call{as: "ada", method: "GET", path: "/v1/events?team=payments"}).items() {
				if kind := e["type"].(string); strings.HasPrefix(kind, "attestation.") {
					out = append(out, kind)
				}
			}
			return out
		}
		for _, c := range []struct {
			days int
			want string
		}{{45, "[]"}, {46, "[attestation.expiring]"}, {59, "[attestation.expiring]"}, {60, "[attestation.expired attestation.expiring]"}, {61, "[attestation.expired attestation.expiring]"}} {
			h.clock.Advance(start.AddDate(0, 0, c.days).Sub(h.clock.Now()))
			h.runs("chase-attestations")
			if got := fmt.Sprint(told()); got != c.want {
				t.Errorf("on day %d told are %s, want %s", c.days, got, c.want)
			}
		}
		if gone := h.must(200, call{as: "ada", method: "GET", path: attestIt}).items(); gone[0]["state"] != "expired" || gone[0]["ended"].(map[string]any)["at"] != in(60) {
			t.Errorf("it is %v", gone[0])
		}
	})
}

// By hand: what is pushed for an hour, and attested for 60 days, passes until then; the job that evaluates
// what is due finds it unknown at the hour and on the day, and no pass over all is needed.
func TestACheckIsUnknownOnceWhatItReadsExpires(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))
		expect := func(when, want string) {
			t.Helper()
			h.runs("evaluate-due-scorecards")
			if got, _ := h.results("readiness"); !strings.HasSuffix(got, "drilled "+want) {
				t.Errorf("%s: %s, want %s", when, got, want)
			}
		}
		h.must(200, call{as: "ada", method: "PUT", path: ofCheckout + "/restoreDrill", body: `{"time":"` + in(-10) + `","source":"k6","ttlSeconds":3600}`})
		expect("pushed", "pass")
		h.clock.Advance(50 * time.Minute)
		expect("after 50 minutes", "pass")
		h.clock.Advance(10 * time.Minute)
		expect("after an hour", "unknown")
		h.must(201, call{as: "ada", method: "POST", path: attestIt, body: drilled(`"expiresAt":"` + in(60) + `"`)})
		expect("attested", "pass")
		h.clock.Advance(start.AddDate(0, 0, 60).Sub(h.clock.Now()))
		expect("after 60 days", "unknown")
	})
}

// What domains tell of a service is listed beside what is given, and is nobody else's to give or declare.
func TestWhatDomainsTellIsListedBesideWhatIsGiven(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		told := 0
		for _, f := range h.must(200, call{as: "bob", method: "GET", path: ofCheckout}).object()["facts"].([]any) {
			f := f.(map[string]any)
			if f["by"] == "given" {
				continue
			}
			if told++; len(f["ways"].([]any)) > 0 || f["given"] != nil || f["by"] == "" {
				t.Errorf("of a domain is listed %v", f)
			}
		}
		if told == 0 {
			t.Error("no domain tells anything")
		}

		var name, by string
		for _, f := range h.must(200, call{as: "bob", method: "GET", path: ofCheckout}).object()["facts"].([]any) {
			if f := f.(map[string]any); f["by"] != "given" {
				name, by = f["name"].(string), f["by"].(string)
			}
		}
		h.do(call{as: "pipeline", method: "PUT", path: ofCheckout + "/" + name, body: `{"number":1,"source":"s"}`}).expect(t, 404, "fact_not_found", "", "is told by "+by+", and is not given")
		h.do(call{as: "administrator", method: "POST", path: "/v1/service-facts", body: `{"name":"` + name + `","type":"number","doc":"d","ways":["pushed"]}`}).expect(t, 422, "invalid_input", "/name", "is the name of a fact that "+by+" tells; call it otherwise")
	})
}
