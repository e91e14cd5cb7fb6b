package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// issueSwitch names the one row of the delivery of issues.
const issueSwitch = "issues"

// Switch returns what is stopped.
func (d Delivery) Switch(ctx context.Context) (delivery.Switch, error) {
	out := delivery.Switch{Version: 1}
	var stops string
	err := d.s.queryOne(ctx, "SELECT stops, updated_at, version FROM delivery_switches WHERE name = $1", []any{issueSwitch}, &stops, &out.UpdatedAt, &out.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(stops), &out.Stops)
	}
	out.UpdatedAt = utc(out.UpdatedAt)
	return out, fail("read what is stopped", err)
}

// PutSwitch writes, and raises the version. The row is made with the first change.
func (d Delivery) PutSwitch(ctx context.Context, s delivery.Switch) error {
	stops, err := json.Marshal(s.Stops)
	if err != nil {
		return fail("spell what is stopped", err)
	}
	n, err := d.s.exec(ctx, "INSERT INTO delivery_switches (name, stops, updated_at, version) VALUES "+values(1, 4)+
		` ON CONFLICT (name) DO UPDATE SET stops = excluded.stops, updated_at = excluded.updated_at, version = excluded.version
 WHERE delivery_switches.version = excluded.version - 1`,
		issueSwitch, json.RawMessage(stops), clock.Round(s.UpdatedAt), s.Version+1)
	if err == nil && n == 0 {
		return fault.Stale("issue delivery")
	}
	return fail("write what is stopped", err)
}
