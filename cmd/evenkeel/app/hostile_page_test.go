package app_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// signInCode makes the code of a link that signs the administrator in.
func (h *house) signInCode() string {
	h.t.Helper()
	link, _, err := h.app.SignInLink(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil {
		h.t.Fatal(err)
	}
	h.secrets = append(h.secrets, u.Query().Get("code"))
	return u.Query().Get("code")
}

// signIn follows a link, and returns the line of the header that shows who is in.
func (h *house) signIn() string {
	h.t.Helper()
	a := h.must(303, call{as: "nobody", method: "GET", path: "/signin?code=" + h.signInCode()})
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode {
		h.t.Fatalf("signing in set %v", a.header["Set-Cookie"])
	}
	h.secrets = append(h.secrets, cookies[0].Value)
	return "Cookie: " + cookies[0].Name + "=" + cookies[0].Value
}

// Whoever was added is let in by an administrator, by a link that is told once and
// works once.
func TestAColleagueIsLetInByALink(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		path := "/v1/people/" + h.ids["rita"] + "/sign-in-links"
		for _, as := range []string{"rita", "ada"} {
			h.do(call{as: as, method: "POST", path: path}).expect(t, 403, "forbidden", "", "only administrators")
		}
		h.do(call{as: "administrator", method: "POST", path: "/v1/people/" + string(id.New(start)) + "/sign-in-links"}).expect(t, 404, "person_not_found", "", "")
		made := h.must(201, call{as: "administrator", method: "POST", path: path, mayTell: true})
		link, _ := made.object()["url"].(string)
		// Ten minutes, as the operation says.
		if made.object()["expiresAt"] != h.clock.Now().Add(10*time.Minute).UTC().Format(time.RFC3339) || made.header.Get("Cache-Control") != "no-store" {
			t.Errorf("made %s, Cache-Control %s", made.body, made.header.Get("Cache-Control"))
		}
		target, found := strings.CutPrefix(link, "http://evenkeel.example")
		if !found {
			t.Fatalf("the link is %q", link)
		}
		_, code, _ := strings.Cut(link, "code=")
		h.secrets = append(h.secrets, code)
		cookie := (&http.Response{Header: h.must(303, call{as: "nobody", method: "GET", path: target}).header}).Cookies()[0]
		h.secrets = append(h.secrets, cookie.Value)
		h.must(200, call{as: "nobody", method: "GET", path: "/", header: []string{"Cookie: " + cookie.Name + "=" + cookie.Value}})
		if again := h.do(call{as: "nobody", method: "GET", path: target}); again.status != 401 {
			t.Errorf("the link worked twice: %d", again.status)
		}
		entry := h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?limit=1"}).items()[0]
		if entry["action"] != "sign_in_link.create" || entry["object"].(map[string]any)["label"] != "rita" {
			t.Errorf("the log says %v", entry)
		}
	})
}

func TestHostileSignInsAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		code := h.signInCode()
		// Whatever looks at a link before it is followed does not use it up.
		h.do(call{as: "nobody", method: "HEAD", path: "/signin?code=" + code})
		h.must(303, call{as: "nobody", method: "GET", path: "/signin?code=" + code})
		late := h.signInCode()
		h.clock.Advance(access.SignInCodeLifetime)
		for name, code := range map[string]string{
			"used": code, "late": late, "forged": access.NewSecret().Text(), "short": "x", "long": strings.Repeat("x", 10_000), "a token": h.tokens["administrator"],
			"NUL": "%00", "no UTF-8": "%ff", "script": "%3Cscript%3Ealert(1)%3C/script%3E",
		} {
			a := h.do(call{as: "nobody", method: "GET", path: "/signin?code=" + code})
			if a.status != 401 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || a.header.Get("Set-Cookie") != "" || strings.Contains(string(a.body), "alert(1)") {
				t.Errorf("a code that is %s: %d, %s", name, a.status, a.header.Get("Set-Cookie"))
			}
		}
		cookie := h.signIn()
		h.must(200, call{as: "nobody", method: "GET", path: "/", header: []string{cookie}})
		name, _, _ := strings.Cut(cookie, "=")
		for _, value := range []string{"", "x", access.NewSecret().Text(), strings.Repeat("x", 10_000), "\xff", "%00", h.tokens["administrator"]} {
			if a := h.do(call{as: "nobody", method: "GET", path: "/", header: []string{name + "=" + value}}); a.status == 200 || strings.Contains(string(a.body), "Payments") {
				t.Errorf("the cookie %.20q shows the organisation: %d", value, a.status)
			}
		}
		// A session is no token, a token no session.
		h.do(call{as: "nobody", method: "GET", path: "/v1/teams", header: []string{cookie}}).expect(t, 401, "unauthenticated", "", "")
		if a := h.do(call{as: "administrator", method: "GET", path: "/"}); a.status == 200 {
			t.Error("a token opens pages")
		}
		h.must(303, call{as: "nobody", method: "POST", path: "/signout", header: []string{cookie}})
		if a := h.do(call{as: "nobody", method: "GET", path: "/", header: []string{cookie}}); a.status == 200 {
			t.Error("the cookie outlives the session")
		}
		again := h.signIn()
		h.clock.Advance(12 * time.Hour)
		if a := h.do(call{as: "nobody", method: "GET", path: "/", header: []string{again}}); a.status == 200 {
			t.Error("a session lasts longer than it is configured to")
		}
	})
}

// TestPagesStandWhatIsSentToThem asks for every page with everything that may be
// in its address, of things with hostile names.
func TestPagesStandWhatIsSentToThem(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const script = `<script>alert(1)</script>`
		name := fmt.Sprintf(`"name":%q`, `"><img src=x onerror=alert(2)>`+script)
		h.make("ada", "service hostile", "/v1/services", service(`"slug":"hostile"`, name, fmt.Sprintf(`"description":%q`, script), `"onCall":"javascript:alert(3)"`,
			fmt.Sprintf(`"contact":%q`, script), fmt.Sprintf(`"labels":{"k":%q}`, script), `"runbook":"https://example.org/\"onmouseover=alert(4)"`))
		h.make("ada", "slo hostile", "/v1/services/hostile/slos", slo(name, fmt.Sprintf(`"rationale":%q`, script), fmt.Sprintf(`"indicator":{"category":"latency","description":%q}`, script)))
		h.prepare()
		h.make("ada", "attachment hostile", "/v1/budget-policies/error-budget/attachments", `{"target":"service","service":"hostile","mode":"warn"}`)
		h.must(200, call{as: "ada", method: "POST", path: "/v1/services/hostile/slos/availability/measurements", body: slots(at(2*time.Minute) + `,"good":500,"total":1000`)})
		for _, job := range []string{"evaluate-budgets", "apply-policies"} {
			h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/" + job + "/runs"})
		}
		issues := h.must(200, call{as: "ada", method: "GET", path: "/v1/issues?service=hostile"}).items()
		if len(issues) != 1 {
			t.Fatalf("the hostile service has %d issues", len(issues))
		}
		s := &sweep{T: t, house: h, dice: rand.New(rand.NewPCG(5, uint64(len(t.Name()))))}
		cookie := h.signIn()
		get := func(path string) answer {
			t.Helper()
			a := h.do(call{as: "nobody", method: "GET", path: path, header: []string{cookie, "Accept: text/html"}})
			if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") && a.problem.Code != "malformed_path" && a.status/100 != 3 {
				t.Errorf("%s is %s", a.call, a.header.Get("Content-Type"))
			}
			if policy := a.header.Get("Content-Security-Policy"); a.status == 200 && (!strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src")) {
				t.Errorf("%s: the policy is %q", a.call, policy)
			}
			for _, bad := range []string{"<script", "<img src=x", `"onmouseover`, `href="javascript:`} {
				if strings.Contains(string(a.body), bad) {
					t.Errorf("%s holds %q", a.call, bad)
				}
			}
			return a
		}
		for _, path := range []string{
			"/", "/slos", "/violations", "/alerts", "/alerts?all", "/issues", "/jobs", "/exemptions", "/exemptions?show=all", "/exemptions/new", "/campaigns", "/campaigns/new", "/toil", "/launch-reviews", "/data-sources", "/data-sources?all", "/teams/payments", "/teams/payments/notifications", "/services/hostile", "/services/hostile/slos/availability",
			"/issues/" + issues[0]["id"].(string), "/services/checkout/slos/availability",
		} {
			if a := get(path); a.status != 200 {
				t.Errorf("%s: %d %.200s", path, a.status, a.body)
			}
			for _, query := range []string{"after", "state", "order", "query", "team", "service", "refresh", "policy", "from", "to", "days", "limit", "x"} {
				for _, value := range append([]string{url.QueryEscape(script), "javascript:alert(1)"}, junkText...) {
					if s.chosen(15) {
						get(path + "?" + query + "=" + value) // do tells if it failed
					}
				}
			}
		}
		for _, path := range []string{"/teams/%s", "/services/%s", "/services/%s/slos/availability", "/services/checkout/slos/%s", "/issues/%s"} {
			for _, value := range append([]string{url.PathEscape(script), "nothing", "former-team", "former-service"}, junkText...) {
				if !s.chosen(3) {
					continue
				}
				if a := get(strings.Replace(path, "%s", value, 1)); a.status == 200 {
					t.Errorf("%s with %.100q: %d", path, value, a.status)
				}
			}
		}
	})
}
