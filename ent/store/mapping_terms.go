package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// goal is how a further objective is stored, as JSON.
type goal struct {
	Name      string `json:"name"`
	Objective string `json:"objective"`
	Window    string `json:"window"`
}

// budgeting is how one of slices is stored, as JSON.
type budgeting struct {
	Method  slo.Method   `json:"method"`
	Target  string       `json:"target,omitempty"`
	Seconds int64        `json:"seconds"`
	Missing lens.Missing `json:"missing"`
}

func furtherText(goals []slo.Goal) string {
	if len(goals) == 0 {
		return ""
	}
	rows := make([]goal, len(goals))
	for i, g := range goals {
		rows[i] = goal{g.Name, g.Objective.String(), g.Over.Text()}
	}
	return jsonText(rows)
}

func budgetingText(b slo.Budgeting) string {
	if !b.Slices() {
		return ""
	}
	return jsonText(budgeting{b.Method, b.SliceTarget.String(), seconds(b.SliceLength), b.Missing})
}

// jsonText writes values of texts and numbers, which always can be.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("%T cannot be written as JSON: %v", v, err))
	}
	return string(text)
}

// fromTermsText reads what terms say of time and of what is counted.
func fromTermsText(window, further, counted string, t *slo.Terms) error {
	var err error
	if t.Over, err = slo.ParseTimeWindow(window); err != nil {
		return err
	}
	if further != "" {
		var rows []goal
		if err := json.Unmarshal([]byte(further), &rows); err != nil {
			return fmt.Errorf("read further objectives: %w", err)
		}
		for _, row := range rows {
			g := slo.Goal{Name: row.Name}
			if g.Objective, err = budget.ParseObjective(row.Objective); err != nil {
				return fmt.Errorf("the objective %q of %q %w", row.Objective, row.Name, err)
			}
			if g.Over, err = slo.ParseTimeWindow(row.Window); err != nil {
				return err
			}
			t.Further = append(t.Further, g)
		}
	}
	t.Budgeting = slo.Budgeting{Method: slo.Occurrences}
	if counted == "" {
		return nil
	}
	var row budgeting
	if err := json.Unmarshal([]byte(counted), &row); err != nil {
		return fmt.Errorf("read the budgeting: %w", err)
	}
	t.Budgeting = slo.Budgeting{Method: row.Method, SliceLength: time.Duration(row.Seconds) * time.Second, Missing: row.Missing}
	if row.Target != "" {
		if t.Budgeting.SliceTarget, err = budget.ParseSliceTarget(row.Target); err != nil {
			return fmt.Errorf("the target %q of slices %w", row.Target, err)
		}
	}
	return nil
}
