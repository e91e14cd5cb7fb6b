package hook_test

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/hook"
)

// readers read as each source's settings have it from the start.
var readers = map[incident.Source]struct {
	read   func(body []byte) (*hook.Report, error)
	sample string
}{
	"pagerduty":   {hook.ReadPagerDuty, pagerDuty},
	"incident-io": {hook.ReadIncidentIO, incidentIO},
	"opsgenie":    {func(b []byte) (*hook.Report, error) { return hook.ReadOpsgenie(b, hook.OpsgenieLink) }, opsgenie},
	"jira": {func(b []byte) (*hook.Report, error) {
		return hook.ReadJira(b, hook.Issues{Types: []string{"Incident", "[System] Incident"}, Labels: []string{"page"}})
	}, jira},
	"webhook": {hook.ReadStandard, standard},
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return when.UTC()
}

func TestWhatTheSourcesDocumentIsReadAsItIsMeant(t *testing.T) {
	t.Parallel()
	pointer := func(text string) *time.Time { when := at(t, text); return &when }
	for source, want := range map[incident.Source]hook.Report{
		"pagerduty": {
			ExternalID: "PGR0VU2", Link: "https://acme.pagerduty.com/incidents/PGR0VU2", ToldAt: at(t, "2020-10-02T18:45:22.169Z"), Title: "A little bump in the road",
			Status:   incident.Investigating, // triggered, and reopened before
			Severity: []string{"P1", "high"}, Services: []hook.Named{{ID: "PF9KMXH", Name: "API Service"}},
			ImpactStart: at(t, "2020-04-09T15:16:27Z"), DetectedAt: pointer("2020-04-09T15:16:27Z"),
		},
		"incident-io": {
			ExternalID: "01FDAG4SAP5TYPT98WGR2N7W91", Link: "https://app.incident.io/incidents/123", ToldAt: at(t, "2021-08-17T13:28:58.801578Z"), Title: "Our database is sad",
			Status: incident.Declared, Severity: []string{"Minor"},
			Services:    []hook.Named{{ID: "01FCNDV6P870EA6S7TK1DSYDG1", Name: "Payments API"}, {ID: "01FCNDV6P870EA6S7TK1DSYDG3", Name: "Payments", Hint: true}},
			ImpactStart: at(t, "2021-08-17T13:20:00Z"), DetectedAt: pointer("2021-08-17T13:28:57.801578Z"),
		},
		"opsgenie": {
			ExternalID: "052652ac-5d1c-464a-812a-7dd18bbfba8c", Link: "https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details",
			// date -u -d @1420452193 and @1420452191
			ToldAt: at(t, "2015-01-05T10:03:13.166002Z"), Title: "test alert", Status: incident.Declared, Severity: []string{"P2"},
			Services: []hook.Named{{Name: "tag1", Hint: true}, {Name: "tag2", Hint: true}}, ImpactStart: at(t, "2015-01-05T10:03:11.104Z"), DetectedAt: pointer("2015-01-05T10:03:11.104Z"),
		},
		"jira": {
			ExternalID: "99291", Link: "https://your-domain.atlassian.net/browse/JRA-20002", Title: "I feel the need for speed", Status: incident.Investigating,
			ToldAt: at(t, "2018-05-07T13:03:57.764Z"), Severity: []string{"Highest"}, // date -u -d @1525698237
			Services: []hook.Named{
				{ID: "10000", Name: "Checkout"}, {Name: "UI", Hint: true}, {Name: "dialogue", Hint: true}, {Name: "move", Hint: true}, {ID: "JRA", Name: "Operations", Hint: true},
			},
			ImpactStart: at(t, "2009-12-17T05:46:10.612Z"), DetectedAt: pointer("2009-12-17T05:46:10.612Z"),
		},
		"webhook": {
			ExternalID: "4711", Link: "https://status.example.org/4711", ToldAt: at(t, "2026-11-27T10:12:00Z"), Title: "Checkout fails in the EU", Status: incident.Investigating,
			Severity: []string{"sev1"}, Services: []hook.Named{{Name: "checkout"}}, ImpactStart: at(t, "2026-11-27T10:00:00Z"), DetectedAt: pointer("2026-11-27T10:03:00Z"),
		},
	} {
		t.Run(string(source), func(t *testing.T) {
			t.Parallel()
			got, err := readers[source].read([]byte(readers[source].sample))
			if err != nil || !reflect.DeepEqual(*got, want) {
				t.Errorf("read is\n%+v, %v; want\n%+v", got, err, want)
			}
		})
	}
}

func TestEachStatusOfASourceIsOneHere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source incident.Source
		body   string
		status incident.Status
		gone   bool
	}{
		"pagerduty triggered":    {"pagerduty", with(pagerDuty, `"reopened_at": "2020-10-02T18:45:22Z",`, ""), incident.Declared, false},
		"pagerduty acknowledged": {"pagerduty", with(pagerDuty, `"triggered"`, `"acknowledged"`), incident.Investigating, false},
		"pagerduty resolved":     {"pagerduty", with(pagerDuty, `"triggered"`, `"resolved"`, "incident.priority_updated", "incident.resolved"), incident.Resolved, false},
		"incident.io live":       {"incident-io", with(incidentIO, `"triage"`, `"live"`, `"Triage"`, `"Fixing"`), incident.Investigating, false},
		"incident.io monitoring": {"incident-io", with(incidentIO, `"triage"`, `"live"`, `"Triage"`, `"Monitoring"`), incident.Mitigated, false},
		"incident.io learning":   {"incident-io", with(incidentIO, `"triage"`, `"learning"`), incident.Resolved, false},
		"incident.io closed":     {"incident-io", with(incidentIO, `"triage"`, `"closed"`), incident.Closed, false},
		"incident.io declined":   {"incident-io", with(incidentIO, `"triage"`, `"declined"`), "", true},
		"incident.io merged":     {"incident-io", with(incidentIO, `"triage"`, `"merged"`), "", true},
		"opsgenie acknowledged":  {"opsgenie", with(opsgenie, `"Create"`, `"Acknowledge"`), incident.Investigating, false},
		"opsgenie no more":       {"opsgenie", with(opsgenie, `"Create"`, `"UnAcknowledge"`), incident.Declared, false},
		"opsgenie closed":        {"opsgenie", with(opsgenie, `"Create"`, `"Close"`), incident.Resolved, false},
		"opsgenie deleted":       {"opsgenie", with(opsgenie, `"Create"`, `"Delete"`), incident.Closed, true},
		"opsgenie reprioritised": {"opsgenie", with(opsgenie, `"Create"`, `"UpdatePriority"`), "", false},
		"jira to do":             {"jira", with(jira, `"indeterminate"`, `"new"`), incident.Declared, false},
		"jira done":              {"jira", with(jira, `"indeterminate"`, `"done"`), incident.Resolved, false},
		"jira deleted":           {"jira", with(jira, "jira:issue_updated", "jira:issue_deleted"), incident.Investigating, true},
		"standard mitigated":     {"webhook", with(standard, `"investigating"`, `"mitigated"`), incident.Mitigated, false},
		"standard gone":          {"webhook", with(standard, `"investigating"`, `"closed","gone":true`), incident.Closed, true},
	} {
		got, err := readers[c.source].read([]byte(c.body))
		if err != nil || got == nil || got.Status != c.status || got.Gone != c.gone {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	_, created, _ := strings.Cut(incidentIO, `_created_v2": `) // with the brace that ends the whole
	moved := `{"event_type":"public_incident.incident_status_updated_v2","public_incident.incident_status_updated_v2":{"new_status":{"category":"live"},"previous_status":{"category":"triage"},"incident":` + created + "}"
	if got, err := hook.ReadIncidentIO([]byte(moved)); err != nil || got.ExternalID != "01FDAG4SAP5TYPT98WGR2N7W91" {
		t.Errorf("of an update of a status: %+v, %v\n%s", got, err, moved)
	}
	for priority, want := range map[string][]string{`"Minor"`: {"Minor"}, `null`: nil, `[1]`: nil, `{"name":7}`: nil} {
		body := with(jira, `{"self": "https://your-domain.atlassian.net/rest/api/2/priority/1", "name": "Highest", "id": "1"}`, priority)
		if got, err := readers["jira"].read([]byte(body)); err != nil || !reflect.DeepEqual(got.Severity, want) {
			t.Errorf("of the priority %s: %+v, %v", priority, got, err)
		}
	}
	if got, err := readers["jira"].read([]byte(with(jira, `"[System] Incident"`, `"Task"`, `"UI"`, `"PAGE"`))); err != nil || got == nil {
		t.Errorf("an issue that a label makes an incident: %+v, %v", got, err)
	}
}

func TestWhatTellsNothingOfAnIncidentIsPassedOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source incident.Source
		body   string
	}{
		"a service of PagerDuty":       {"pagerduty", pagerDutyService},
		"a note of PagerDuty":          {"pagerduty", with(pagerDuty, `"type": "incident",`, `"type": "incident_note",`, "incident.priority_updated", "incident.annotated")},
		"the ping of PagerDuty":        {"pagerduty", `{"event":{"id":"01","event_type":"pagey.ping","resource_type":"pagey","occurred_at":"2021-03-02T13:35:11.682Z","agent":null,"client":null,"data":{"message":"Hello from your friend Pagey!","type":"ping"}}}`},
		"a private one of incident.io": {"incident-io", incidentIOPrivate},
		"a follow-up of incident.io":   {"incident-io", `{"event_type":"public_incident.follow_up_created_v2","public_incident.follow_up_created_v2":{"id":"1"}}`},
		"a test of incident.io":        {"incident-io", with(incidentIO, `"standard"`, `"test"`)},
		"a note of Opsgenie":           {"opsgenie", with(opsgenie, `"Create"`, `"AddNote"`)},
		"an action of one's own":       {"opsgenie", with(opsgenie, `"Create"`, `"TestAction"`)},
		"a comment of Jira":            {"jira", with(jira, "jira:issue_updated", "comment_created")},
		"an issue that is no incident": {"jira", with(jira, `"[System] Incident"`, `"Task"`)},
	} {
		if got, err := readers[c.source].read([]byte(c.body)); err != nil || got != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestAFaultNamesTheFieldOfThePayload(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source        incident.Source
		body, pointer string
	}{
		"nothing":                     {"pagerduty", ``, ""},
		"no object":                   {"jira", `[]`, ""},
		"null":                        {"webhook", `null`, ""},
		"half an object":              {"webhook", `{"externalId":"1"`, ""},
		"two objects":                 {"webhook", `{} {}`, ""},
		"not UTF-8":                   {"webhook", "{\"title\":\"\xff\"}", ""},
		"too deep":                    {"opsgenie", strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), ""},
		"too large":                   {"jira", `{"a":"` + strings.Repeat("x", hook.MaxBody) + `"}`, ""},
		"no event":                    {"pagerduty", `{}`, "/event/event_type"},
		"a number for a title":        {"pagerduty", with(pagerDuty, `"A little bump in the road"`, `1`), "/event/data/title"},
		"no identifier":               {"pagerduty", with(pagerDuty, `"id": "PGR0VU2"`, `"id": ""`), "/event/data/id"},
		"an identifier of two lines":  {"pagerduty", with(pagerDuty, `"id": "PGR0VU2"`, `"id": "PGR\n0VU2"`), "/event/data/id"},
		"no time":                     {"pagerduty", with(pagerDuty, `"2020-10-02T18:45:22.169Z"`, `""`), "/event/occurred_at"},
		"no time at all":              {"pagerduty", with(pagerDuty, `"2020-10-02T18:45:22.169Z"`, `"yesterday"`), "/event/occurred_at"},
		"a time of Rome":              {"pagerduty", with(pagerDuty, `"2020-04-09T15:16:27Z"`, `"0020-04-09T15:16:27Z"`), "/event/data/created_at"},
		"an unknown status":           {"pagerduty", with(pagerDuty, `"triggered"`, `"burning"`), "/event/data/status"},
		"incident.io without it":      {"incident-io", `{"event_type":"public_incident.incident_created_v2"}`, "/public_incident.incident_created_v2"},
		"incident.io of another type": {"incident-io", with(incidentIO, `"Our database is sad"`, `{}`), "/public_incident.incident_created_v2/name"},
		"an unknown category":         {"incident-io", with(incidentIO, `"triage"`, `"dreaming"`), "/public_incident.incident_created_v2/incident_status/category"},
		"a timestamp of another type": {"incident-io", with(incidentIO, `"2021-08-17T13:20:00Z"`, `"soon"`), "/public_incident.incident_created_v2/incident_timestamp_values"},
		"a text for a time":           {"opsgenie", with(opsgenie, "1420452193166002000", `"x"`), "/alert/updatedAt"},
		"a time that is no number":    {"opsgenie", with(opsgenie, "1420452193166002000", "1e300"), "/alert/updatedAt"},
		"a time before all":           {"opsgenie", with(opsgenie, "1420452193166002000", "-5"), "/alert/updatedAt"},
		"no alert":                    {"opsgenie", `{"action":"Create"}`, "/alert/alertId"},
		"an unknown category of Jira": {"jira", with(jira, `"indeterminate"`, `"maybe"`), "/issue/fields/status/statusCategory/key"},
		"a status of another type":    {"webhook", with(standard, `"investigating"`, `"burning"`), "/status"},
		"a link with a password":      {"webhook", with(standard, "https://status", "https://a:b@status"), "/link"},
		"too many services":           {"webhook", with(standard, `["checkout"]`, `["a"`+strings.Repeat(`,"a"`, 50)+`]`), "/services"},
	} {
		got, err := readers[c.source].read([]byte(c.body))
		e := fault.As(err)
		if e == nil || e.Kind != fault.Invalid || e.Violations[0].Pointer != c.pointer {
			t.Errorf("%s: %+v, %v; want a fault at %q", name, got, err, c.pointer)
		}
	}
}

func TestATitleIsCutWithAMarkAndHidesNothing(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		strings.Repeat("ä", 500):                strings.Repeat("ä", 199) + "…",
		strings.Repeat("a", 200):                strings.Repeat("a", 200),
		strings.Repeat("a", 198) + " bcd":       strings.Repeat("a", 198) + "…",
		`two\nlines\tand\u0000\u202e\u200bmore`: "two lines and more",
		`\ud800 half`:                           "\uFFFD half",
		`می\u200cخواهم`:                         "می\u200cخواهم",
		`\u200djoins nothing\u200d`:             "joins nothing",
		`  `:                                    "",
	} {
		got, err := hook.ReadStandard([]byte(with(standard, "Checkout fails in the EU", title)))
		if err != nil || got.Title != want {
			t.Errorf("%q is %q, %v; want %q", title, got.Title, err, want)
		}
	}
}

func TestALinkThatIsNoneIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"javascript:alert(1)", "https://a:b@example.org", "x", "https://example.org/" + strings.Repeat("x", 5_000)} {
		got, err := hook.ReadPagerDuty([]byte(with(pagerDuty, "https://acme.pagerduty.com/incidents/PGR0VU2", address)))
		if err != nil || got.Link != "" {
			t.Errorf("%.40q is kept as %.40q, %v", address, got.Link, err)
		}
	}
	// On an own server Jira may be below a path.
	got, err := readers["jira"].read([]byte(with(jira, "https://your-domain.atlassian.net/rest/api/2/issue/99291", "https://example.org/jira/rest/api/2/issue/99291")))
	if err != nil || got.Link != "https://example.org/jira/browse/JRA-20002" {
		t.Errorf("below a path it is %+v, %v", got, err)
	}
}

func fuzz(f *testing.F, source incident.Source, seeds ...string) {
	f.Helper()
	r := readers[source]
	for _, seed := range append(seeds, r.sample, "{}", "null", `{"event":{"event_type":"x","data":{"type":"incident"}}}`) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := r.read(body)
		if err != nil {
			if e := fault.As(err); e == nil || e.Kind != fault.Invalid || len(e.Violations) == 0 {
				t.Fatalf("%v is no fault of the payload", err)
			}
			return
		}
		if got == nil {
			return
		}
		if got.ExternalID == "" || got.ToldAt.IsZero() {
			t.Fatalf("it does not say which, or when: %+v", got)
		}
		for _, text := range append([]string{got.ExternalID, got.Title}, got.Severity...) {
			if !utf8.ValidString(text) || utf8.RuneCountInString(text) > 200 || hidden.In(text) || strings.TrimSpace(text) != text {
				t.Fatalf("%q is no line", text)
			}
		}
		if len(got.Services) > 50 {
			t.Fatalf("%d services", len(got.Services))
		}
	})
}

func FuzzReadPagerDuty(f *testing.F)  { fuzz(f, "pagerduty", pagerDutyService) }
func FuzzReadIncidentIO(f *testing.F) { fuzz(f, "incident-io", incidentIOPrivate) }
func FuzzReadOpsgenie(f *testing.F)   { fuzz(f, "opsgenie") }
func FuzzReadJira(f *testing.F)       { fuzz(f, "jira") }
func FuzzReadStandard(f *testing.F)   { fuzz(f, "webhook") }
