package bench

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// goalGate is of a decision of the gate, which follows from the SLOs of a service, its policies
// and dependencies, against a bare read of the service and the insert of the answer.
const goalGate = 0.5

// slosAsked is how many SLOs each service has that is asked about.
const slosAsked = 4

// BenchmarkGateDecision has pipelines ask whether a change may go out, on both databases.
func BenchmarkGateDecision(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { decisions(b, newHouse(b, location{dir: b.TempDir()}, slosAsked)) })
	b.Run("PostgreSQL", func(b *testing.B) { decisions(b, onPostgres(b, slosAsked)) })
}

func decisions(b *testing.B, h *house) {
	withinBudget(b, h)
	this := clients(b, serve(b, h.Handler()), h.token)
	peer := clients(b, serve(b, newYardstick(b, h)), h.token)
	var turns [workers]int
	body := []byte(`{"class":"feature","version":"v2.14.0","link":"https://ci.example.org/runs/4711"}`)
	duel(b, "gate decision, "+h.database.name(), 25, goalGate, this, peer, func(worker int, c *client) error {
		turns[worker]++
		a, err := c.do("POST", servicePath(worker, turns[worker])+"/gate/decisions", "", body)
		if err == nil && a.status/100 != 2 {
			err = fmt.Errorf("a decision: %d %s", a.status, a.body)
		}
		return err
	})
}

// withinBudget has each SLO stand as most do: measured lately, with a tenth of its budget consumed.
func withinBudget(b *testing.B, h *house) {
	b.Helper()
	views, err := h.Store.SLO().ActiveViews(h.system, "", services*slosAsked)
	check(b, err)
	now := clock.Round(h.clock.Now())
	statuses, left := make([]slo.Status, len(views)), int64(budget.Billion/10*9)
	for i, v := range views {
		sum := window.Sum{Total: 1_000_000_000}
		sum.Good = sum.Total - sum.Total/10*v.Revision.Objective.BudgetPPB()/budget.Billion
		statuses[i] = slo.Status{
			SLO: v.SLO.ID, Revision: v.Revision.ID, End: now.Truncate(time.Minute), EvaluatedAt: now, State: budget.OK, Since: now, Latest: now.Truncate(time.Minute),
			Sums: budget.Sums{Policy: sum, Window: sum}, RemainingPPB: &left,
		}
	}
	check(b, h.Store.SLO().PutStatuses(h.system, statuses))
}

// decide reads the service, and writes down that a change may go out.
func (y *yardstick) decide(w http.ResponseWriter, r *http.Request, c caller) (int, error) {
	var in api.GateDecisionInput
	if err := read(w, r, &in); err != nil {
		return 0, err
	}
	s, err := scanService(y.one.QueryRowContext(r.Context(), r.PathValue("service")))
	if err != nil {
		return 0, err
	}
	if err := mayChange(r.Context(), y.member, s.Team.ID, c); err != nil {
		return 0, err
	}
	now := clock.Round(y.now())
	d := api.GateDecision{ID: string(id.New(now)), ServiceID: s.ID, Class: in.Class, Version: in.Version, Link: in.Link, DecidedAt: now, DecidedBy: c.name}
	d.Answer, d.Reasons, d.WayOut = "allow", []api.GateReason{{Kind: "no_objection", Text: "no policy in force asks that this change waits"}}, []string{}
	verdict, err := json.Marshal(d.GateVerdict)
	if err != nil {
		return 0, err
	}
	err = y.inTx(r.Context(), func(tx *sql.Tx) error {
		_, err := tx.StmtContext(r.Context(), y.decision).ExecContext(r.Context(), d.ID, d.ServiceID, d.Class, d.Version, d.Link, d.Answer, string(verdict), d.DecidedAt, d.DecidedBy)
		return err
	})
	if err != nil {
		return 0, err
	}
	return reply(w, 1, d)
}
