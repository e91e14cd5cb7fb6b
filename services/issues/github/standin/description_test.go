package standin

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func mustDescribe(t *testing.T) descriptions {
	t.Helper()
	d, err := described()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The versions are those that data/README.md names.
func TestTheDescriptionsAreOfTheVersionsThatAreNamed(t *testing.T) {
	t.Parallel()
	d := mustDescribe(t)
	if got := d.api.Info.Version; got != "23.0.2" {
		t.Errorf("the API's description is of version %s", got)
	}
	if got := d.webhooks.Info.Version; got != "12.1.0" {
		t.Errorf("the webhooks' description is of version %s", got)
	}
}

// since names in which recorded payloads differ from the description, which is
// younger than they: fields that came or went.
var since = map[string][]string{
	"deployment-created":        {"at /workflow_run: missing properties 'path', 'display_title'"},
	"deployment-status-created": {"at /workflow_run: missing properties 'path', 'display_title'"},
	"installation-created": {
		"at /installation/created_at: got number, want string", "at /installation/updated_at: got number, want string",
		"at /installation: missing property 'app_slug'",
	},
	"installation-deleted": {
		"at /installation/created_at: got number, want string", "at /installation/updated_at: got number, want string",
		"at /installation: missing properties 'app_slug', 'suspended_by', 'suspended_at'",
	},
	"installation-new-permissions-accepted": {
		"at /installation/created_at: got number, want string", "at /installation/updated_at: got number, want string",
	},
	"installation-repositories-added": {
		"at /installation/created_at: got number, want string", "at /installation/updated_at: got number, want string",
		"at /installation: missing property 'app_slug'",
	},
	"installation-suspend":   {"the field /installation/permissions/content_references is not described"},
	"installation-unsuspend": {"the field /installation/permissions/content_references is not described"},
	"issues-edited": {
		"at /issue/labels/0: missing property 'description'", "at /issue: missing properties 'active_lock_reason', 'reactions'",
	},
	"issues-transferred": {"at /changes/new_repository: missing property 'has_discussions'"},
}

// The payloads are real ones: they show that the check accepts what GitHub sends.
func TestRealPayloadsKeepTheWebhooksDescription(t *testing.T) {
	t.Parallel()
	d := mustDescribe(t)
	for _, name := range slices.Sorted(maps.Keys(d.payloads)) {
		body := mustMarshal(t, d.payloads[name])
		header := http.Header{}
		for _, p := range d.webhooks.Webhooks[name].Post.Parameters {
			header.Set(p.Value.Name, "something")
		}
		if faults := d.checkWebhook(name, header, body); !slices.Equal(faults, since[name]) {
			t.Errorf("%s: it says %q, want %q", name, faults, since[name])
		}
	}
}

func TestAWebhookIsHeldAgainstTheDescription(t *testing.T) {
	t.Parallel()
	d := mustDescribe(t)
	header := http.Header{}
	for _, p := range d.webhooks.Webhooks["issues-opened"].Post.Parameters {
		header.Set(p.Value.Name, "something")
	}
	for says, spoil := range map[string]func(payload object, header http.Header){
		"":                                  func(object, http.Header) {},
		"missing property 'sender'":         func(payload object, _ http.Header) { delete(payload, "sender") },
		"at /issue/number":                  func(payload object, _ http.Header) { payload["issue"].(object)["number"] = "one" },
		"at /issue/created_at":              func(payload object, _ http.Header) { payload["issue"].(object)["created_at"] = "yesterday" },
		"the field /weather":                func(payload object, _ http.Header) { payload["weather"] = "fine" },
		"the header X-Hub-Signature-256 is": func(_ object, header http.Header) { header.Del("X-Hub-Signature-256") },
	} {
		payload, header := rebase(d.payloads["issues-opened"], strings.NewReplacer()).(object), header.Clone()
		spoil(payload, header)
		faults := strings.Join(d.checkWebhook("issues-opened", header, mustMarshal(t, payload)), "\n")
		if (says == "") != (faults == "") || !strings.Contains(faults, says) {
			t.Errorf("it says %q, want %q in it", faults, says)
		}
	}
	if faults := d.checkWebhook("issues-pinned", header, []byte("{}")); len(faults) == 0 {
		t.Error("a webhook that is not described is not refused")
	}
}

func TestARequestIsHeldAgainstTheDescription(t *testing.T) {
	t.Parallel()
	d := mustDescribe(t)
	for _, c := range []struct {
		name, method, target, body string
		says                       string // part of what is said; empty for nothing
	}{
		{"a new issue", "POST", "/repos/o/r/issues", `{"title":"x","labels":["a"],"assignees":["me"]}`, ""},
		{"a new issue without a title", "POST", "/repos/o/r/issues", `{"body":"x"}`, "title"},
		{"a body that is a number", "POST", "/repos/o/r/issues", `{"title":"x","body":5}`, "body"},
		{"a field that nobody knows", "POST", "/repos/o/r/issues", `{"title":"x","lables":["a"]}`, "/lables"},
		{"a field inside that nobody knows", "PATCH", "/repos/o/r/issues/1", `{"labels":[{"nmae":"a"}]}`, "/labels/0/nmae"},
		{"a state that there is not", "PATCH", "/repos/o/r/issues/1", `{"state":"done"}`, "state"},
		{"a reason of null", "PATCH", "/repos/o/r/issues/1", `{"state":"open","state_reason":null}`, ""},
		{"a number that is none", "GET", "/repos/o/r/issues/first", "", "issue_number"},
		{"a list by state", "GET", "/repos/o/r/issues?state=all&since=2026-01-02T03:04:05Z&per_page=100", "", ""},
		{"a list by a state that there is not", "GET", "/repos/o/r/issues?state=any", "", "state"},
		{"a time that is none", "GET", "/repos/o/r/issues?since=yesterday", "", "since"},
		{"a parameter that nobody knows", "GET", "/repos/o/r/issues?author=me", "", `"author"`},
		{"a body where none belongs", "GET", "/repos/o/r/issues/1", `{"a":1}`, "body"},
		{"labels", "POST", "/repos/o/r/issues/1/labels", `{"labels":["a"]}`, ""},
		{"labels as a bare array", "POST", "/repos/o/r/issues/1/labels", `["a"]`, ""},
		{"labels that are numbers", "POST", "/repos/o/r/issues/1/labels", `[1]`, "labels"},
		{"a token", "POST", "/app/installations/1/access_tokens", "null", ""},
		{"an issue of null", "PATCH", "/repos/o/r/issues/1", "null", "nullable"},
		{"no sub-issue", "POST", "/repos/o/r/issues/1/sub_issues", `{}`, "sub_issue_id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
			if c.body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			o, ok := d.operation(c.method, r.URL.EscapedPath())
			if !ok {
				t.Fatalf("no operation is found for %s %s", c.method, c.target)
			}
			faults := strings.Join(o.checkRequest(r, o.plainBody([]byte(c.body))), "\n")
			if (c.says == "") != (faults == "") || !strings.Contains(faults, c.says) {
				t.Errorf("it says %q, want %q in it", faults, c.says)
			}
		})
	}
}

func TestAReplyIsHeldAgainstTheDescription(t *testing.T) {
	t.Parallel()
	d := mustDescribe(t)
	label := `{"id":1,"node_id":"x","url":"https://api.github.com/x","name":"a","description":null,"color":"ededed","default":false}`
	for _, c := range []struct {
		name, method, target string
		status               int
		body, says           string
	}{
		{"a label", "GET", "/repos/o/r/labels/a", 200, label, ""},
		{"a label without a colour", "GET", "/repos/o/r/labels/a", 200, strings.Replace(label, `"color":"ededed",`, "", 1), "color"},
		{"a label with a field too many", "GET", "/repos/o/r/labels/a", 200, strings.Replace(label, `"id"`, `"weight":1,"id"`, 1), "/weight"},
		{"a list of one that is none", "GET", "/repos/o/r/labels", 200, `[` + label + `,{}]`, "/1/"},
		{"an object for a list", "GET", "/repos/o/r/labels", 200, label, "array"},
		{"a status that there is not", "GET", "/repos/o/r/labels", 201, `[]`, "201"},
		{"an error", "GET", "/repos/o/r/labels", 404, `{"message":"Not Found"}`, ""},
		{"an error that says nothing", "GET", "/repos/o/r/labels/a", 403, `{}`, "no message"},
		{"a redirect", "POST", "/repos/o/r/issues", 307, `{"message":"Temporary Redirect"}`, ""},
		{"nothing with something in it", "PUT", "/repos/o/r/issues/1/lock", 204, `{}`, "has a body"},
		{"what a proxy says", "GET", "/repos/o/r/labels", 502, `<html>`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(c.method, c.target, nil)
			o, ok := d.operation(c.method, r.URL.EscapedPath())
			if !ok {
				t.Fatalf("no operation is found for %s %s", c.method, c.target)
			}
			header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
			faults := strings.Join(o.checkReply(r, c.status, header, []byte(c.body)), "\n")
			if (c.says == "") != (faults == "") || !strings.Contains(faults, c.says) {
				t.Errorf("it says %q, want %q in it", faults, c.says)
			}
		})
	}
}

func mustMarshal(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
