package durable_test

import "testing"

// violations lists what the program has found, by itself.
func violations(t *testing.T, c *caller) (changes map[string]bool) {
	t.Helper()
	changes = map[string]bool{}
	open := map[string]bool{}
	for _, v := range c.list(t, "/v1/violations") {
		of := v["id"].(string)
		changes["violation.create "+of] = true
		if v["open"] != true {
			changes["violation.update "+of] = true
			continue
		}
		episode := v["clause"].(string) + " of " + v["slo"].(map[string]any)["id"].(string)
		if open[episode] {
			t.Errorf("two violations are open of %s", episode)
		}
		open[episode] = true
	}
	return changes
}

// checkAudit makes sure that each change that is there was entered once, and that
// nothing was entered that is not there. before are the entries that there were
// at first; runs of jobs are not looked at.
func checkAudit(t *testing.T, c *caller, before []map[string]any, writers []*writer) {
	t.Helper()
	entered := map[string]bool{} // by the change
	for _, w := range writers {
		for _, made := range append(append([]*thing{}, w.services...), w.slos...) {
			var reply struct{ ID string }
			decode(t, made.reply, &reply)
			entered[made.kind+".create "+reply.ID] = false
		}
	}
	// The program may find more while the audit is read.
	for change := range violations(t, c) {
		entered[change] = false
	}
	entries := c.list(t, "/v1/audit")
	later := violations(t, c)
	known := map[any]bool{}
	for _, entry := range before {
		known[entry["id"]] = true
	}
	for _, entry := range entries {
		object := entry["object"].(map[string]any)
		// Runs of jobs are many, and the link of a start is kept where nobody reads it.
		if known[entry["id"]] || object["kind"] == "job" || object["kind"] == "sign_in_link" {
			continue
		}
		change := entry["action"].(string) + " " + object["id"].(string)
		switch twice, there := entered[change]; {
		case twice:
			t.Errorf("the audit has two entries of one change: %v", entry)
		case !there && !later[change]:
			t.Errorf("the audit has an entry of what is not there: %v", entry)
		}
		entered[change] = true
	}
	for change, was := range entered {
		if !was {
			t.Errorf("the audit has no entry of %s", change)
		}
	}
	t.Logf("%d changes, each with an entry in the audit", len(entered))
}
