package app_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/access"
)

// What follows is said by hand, from what docs/ and the rules of the domains say of each; all that is not named
// is refused to whoever is not of the team, and readable for the organisation.
var (
	// openToAll are the operations that write and are not only the team's, and why.
	openToAll = map[string]string{
		"createTeam":        "whoever makes a team is its first member",
		"pseudonymiseToil":  "what one logged is one's own",
		"requestPostmortem": "anybody can ask for one",
		"reviewPostmortem":  "somebody reviews it who did not write it",
	}
	// openToPush are those that the scope push is for, of one's own team.
	openToPush = []string{"decideChange", "pushFactBatch", "pushManyMeasurements", "pushMeasurements", "pushServiceFact", "pushServiceFacts", "reportToilAutomation", "tellChange"}
	// closed are the operations that read and are not for everybody, and for whom they are.
	closed = map[string]string{
		"exportAudit": "administrators", "verifyAudit": "administrators", "listAudit": "administrators, and members of the team that is asked for", "getAuditEntry": "administrators, and members of its team",
		"getEvidence": "administrators", "getAdoption": "administrators", "listAdoptionTeams": "administrators", "listPeopleWhoDidNotComeBack": "administrators",
		"listWebhookDeliveries": "administrators", "previewOnboardingWave": "administrators", "suggestSLOs": "members, since it asks a data source", "suggestGoldenSignals": "members, since it asks a data source",
		"getToken": "its person, members of its team and administrators", "getWorkloadIdentity": "members of its team and administrators",
		"getToilAnswer": "its person", "getToilEntry": "its person", "getToilSurveyAnswer": "its person", "listToilProposals": "members",
		"planManifests": "the team of the set, its programs too",
	}
	// ofPersons are those that tell a person what is their own; a program has nothing of the kind.
	ofPersons = []string{"exportToil", "getToilEntriesAsCSV", "listToilAnswers", "listToilEntries", "listTokens", "listWorkloadIdentities"}
)

// refused reports whether a caller was told that they may not, or that there is no such thing.
func refused(a answer) bool { return a.status == 401 || a.status == 403 || a.status == 404 }

// shown is what the document shows as the body of an operation.
func (o operation) shown() any {
	if o.body() == nil {
		return nil
	}
	for _, example := range o.RequestBody.Value.Content.Get("application/json").Examples {
		return example.Value.Value
	}
	return nil
}

// shownAsText gives an operation a body that takes one of another type than JSON. Who sends it is looked at before it is.
func (o operation) shownAsText(c *call) {
	if o.body() != nil || o.RequestBody == nil {
		return
	}
	c.body = "x"
	for media := range o.RequestBody.Value.Content {
		c.header = append(c.header, "Content-Type: "+media)
		return
	}
}

// Each operation of the document is called as it shows itself, for the things of the house, by everybody who is
// not of the team that they belong to: a member of another team and a program of it, somebody of no team, and,
// of the team, a program with the scope push alone. That the requests are right is
// TestTheServerTakesTheExamplesOfItsDocument's to show.
func TestEachOperationIsForThoseOfTheTeamAlone(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	h.furnish()
	h.prepare()
	h.person("lone", access.ScopeRead, access.ScopeWrite)
	tried, met := 0, map[string]bool{}
	for _, o := range h.readDocument().operations {
		if o.public() {
			continue
		}
		_, isOpen := openToAll[o.OperationID]
		_, isClosed := closed[o.OperationID]
		isOfPersons, isOfPush := slices.Contains(ofPersons, o.OperationID), slices.Contains(openToPush, o.OperationID)
		if isOpen || isClosed || isOfPersons || isOfPush {
			met[o.OperationID] = true
		}
		c := h.example(o, o.shown(), nil)
		o.shownAsText(&c)
		for _, who := range []string{"bob", "lone", "stranger", "pipeline"} {
			program := who == "stranger" || who == "pipeline"
			c.as = who
			a := h.do(c)
			tried++
			if o.reads() {
				// A 404 is of things that the house has not.
				if shut := a.status == 401 || a.status == 403; shut && !isClosed && !(program && isOfPersons) || a.status < 300 && isClosed && who != "pipeline" {
					t.Errorf("%s reads %s: %d %s", who, o.OperationID, a.status, a.problem.Code)
				}
				continue
			}
			if may := isOpen && !program || isOfPush && who == "pipeline"; !may && !refused(a) {
				t.Errorf("%s %s for a team that they are not of: %d %s", who, o.OperationID, a.status, a.problem.Code)
			}
		}
	}
	t.Logf("%d requests of %d operations", tried, tried/4)
	for _, named := range [][]string{slices.Collect(maps.Keys(openToAll)), slices.Collect(maps.Keys(closed)), ofPersons, openToPush} {
		for _, id := range named {
			if !met[id] {
				t.Errorf("there is no operation %s", id)
			}
		}
	}
}

// A restricted incident does not exist for whoever is not named: its operations say so, and no other tells of it.
func TestNothingTellsOfARestrictedIncident(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	h.furnish()
	h.prepare()
	const secret = "Zanzibar"
	one := h.make("ada", "restricted", "/v1/incidents", ofIncident(`"title":"`+secret+`"`, `"restricted":true`)).text("id")
	others := map[string]string{"incident": one, "timelineEntry": h.make("ada", "restricted entry", "/v1/incidents/"+one+"/timeline", `{"text":"`+secret+` burns."}`).text("id")}
	h.must(200, call{as: "ada", method: "POST", path: "/v1/incidents/" + one + "/action-items/import", body: `{"items":[` + h.item(`"key":"J-2"`, `"settled":"done"`, `"note":"`+secret+`"`) + `]}`})
	h.must(201, call{as: "ada", method: "PUT", path: "/v1/incidents/" + one + "/postmortem", body: "{}"})
	for _, item := range h.must(200, call{as: "ada", method: "GET", path: "/v1/action-items"}).items() {
		if id := item["id"].(string); id != h.ids["the actionItem"] {
			others["actionItem"] = id
		}
	}
	if others["actionItem"] == "" {
		t.Fatal("it has no action item")
	}
	about, seen := 0, 0
	for _, o := range h.readDocument().operations {
		named := slices.ContainsFunc(o.in("path"), func(name string) bool { return others[name] != "" })
		if o.public() || !named && o.method != "GET" {
			continue
		}
		c := h.example(o, o.shown(), others)
		o.shownAsText(&c)
		// Its owner's own team does not see it either: Rita is of it, and the robot.
		for _, who := range []string{"bob", "rita", "robot"} {
			c.as = who
			a := h.do(c)
			if named && (!refused(a) || a.status == 401) {
				t.Errorf("%s %s: %d %s", who, o.OperationID, a.status, a.problem.Code)
			}
			if strings.Contains(string(a.body), secret) {
				t.Errorf("%s hears of it by %s: %s", who, o.OperationID, c)
			}
		}
		if named {
			about++
		}
		c.as = "ada"
		if o.method == "GET" && strings.Contains(string(h.do(c).body), secret) {
			seen++
		}
	}
	if about < 20 || seen < 5 {
		t.Errorf("%d operations are about it, and %d tell Ada of it: that is too few to say something", about, seen)
	}
}
