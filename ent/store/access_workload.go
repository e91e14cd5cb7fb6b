package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

const workloadColumns = "id, team_id, name, issuer, audience, claims, scopes, created_at, updated_at, last_used_at, version"

// claimRule is a rule as it is stored.
type claimRule struct {
	Claim string `json:"claim"`
	Value string `json:"value"`
}

// workloadTerms spells what of an identity is JSON: its rules and its scopes.
func workloadTerms(w access.WorkloadIdentity) (claims, scopes json.RawMessage, err error) {
	rules := make([]claimRule, len(w.Claims))
	for i, r := range w.Claims {
		rules[i] = claimRule(r)
	}
	if claims, err = json.Marshal(rules); err == nil {
		scopes, err = json.Marshal(toDBScopes(w.Scopes))
	}
	return claims, scopes, fail("spell a workload identity", err)
}

func (a Access) workloads(ctx context.Context, rest string, args ...any) ([]access.WorkloadIdentity, error) {
	var out []access.WorkloadIdentity
	err := a.s.queryAll(ctx, "SELECT "+workloadColumns+" FROM workload_identities"+rest, args, func(rows *sql.Rows) error {
		var w access.WorkloadIdentity
		var claims, scopes []byte
		if err := rows.Scan(&w.ID, &w.Team, &w.Name, &w.Issuer, &w.Audience, &claims, &scopes, &w.CreatedAt, &w.UpdatedAt, &w.LastUsedAt, &w.Version); err != nil {
			return err
		}
		w.CreatedAt, w.UpdatedAt, w.LastUsedAt = utc(w.CreatedAt), utc(w.UpdatedAt), utcOrNil(w.LastUsedAt)
		var rules []claimRule
		if err := json.Unmarshal(claims, &rules); err != nil {
			return fmt.Errorf("read the claims of the workload identity %s: %w", w.ID, err)
		}
		for _, r := range rules {
			w.Claims = append(w.Claims, access.ClaimRule(r))
		}
		if err := json.Unmarshal(scopes, &w.Scopes); err != nil {
			return fmt.Errorf("read the scopes of the workload identity %s: %w", w.ID, err)
		}
		out = append(out, w)
		return nil
	})
	return out, fail("read workload identities", err)
}

// CreateWorkloadIdentity writes the identity.
func (a Access) CreateWorkloadIdentity(ctx context.Context, w access.WorkloadIdentity) error {
	claims, scopes, err := workloadTerms(w)
	if err != nil {
		return err
	}
	_, err = a.s.exec(ctx, "INSERT INTO workload_identities ("+workloadColumns+") VALUES "+values(1, 11),
		string(w.ID), string(w.Team), w.Name, w.Issuer, w.Audience, claims, scopes, clock.Round(w.CreatedAt), clock.Round(w.UpdatedAt), nullOrTime(w.LastUsedAt), w.Version)
	return fail("write a workload identity", gone(err))
}

// WorkloadIdentity returns the identity.
func (a Access) WorkloadIdentity(ctx context.Context, of id.ID) (access.WorkloadIdentity, error) {
	found, err := a.workloads(ctx, " WHERE id = $1", string(of))
	if err == nil && len(found) == 0 {
		err = fault.Missing("workload_identity", string(of))
	}
	if err != nil {
		return access.WorkloadIdentity{}, err
	}
	return found[0], nil
}

// WorkloadIdentities lists the oldest first.
func (a Access) WorkloadIdentities(ctx context.Context, f access.WorkloadFilter, r page.Request) (page.Page[access.WorkloadIdentity], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[access.WorkloadIdentity]{}, err
	}
	var c conditions
	if key != nil {
		c.add("id > %s", key[0])
	}
	if len(f.Teams) > 0 {
		c.in("team_id", texts(f.Teams))
	}
	found, err := a.workloads(ctx, c.where()+" ORDER BY id"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[access.WorkloadIdentity]{}, err
	}
	return page.Cut(r, f, found, func(w access.WorkloadIdentity) []string { return []string{string(w.ID)} }), nil
}

// WorkloadIdentitiesFor returns those that may let a token in, the oldest first.
func (a Access) WorkloadIdentitiesFor(ctx context.Context, issuer string, audiences []string) ([]access.WorkloadIdentity, error) {
	if len(audiences) == 0 {
		return nil, nil
	}
	var c conditions
	c.add("issuer = %s", issuer)
	c.in("audience", audiences)
	return a.workloads(ctx, c.where()+" ORDER BY id", c.args...)
}

// UpdateWorkloadIdentity writes the identity, conditional on Version.
func (a Access) UpdateWorkloadIdentity(ctx context.Context, w access.WorkloadIdentity) error {
	claims, scopes, err := workloadTerms(w)
	if err != nil {
		return err
	}
	n, err := a.s.exec(ctx, "UPDATE workload_identities SET name = $1, issuer = $2, audience = $3, claims = $4, scopes = $5, updated_at = $6, version = version + 1 WHERE id = $7 AND version = $8",
		w.Name, w.Issuer, w.Audience, claims, scopes, clock.Round(w.UpdatedAt), string(w.ID), w.Version)
	return a.writtenWorkload(ctx, w.ID, n, err)
}

// UseWorkloadIdentity notes the use of that version, and holds it until the transaction ends.
func (a Access) UseWorkloadIdentity(ctx context.Context, of id.ID, version int64, at time.Time) error {
	n, err := a.s.exec(ctx, "UPDATE workload_identities SET last_used_at = $1 WHERE id = $2 AND version = $3", clock.Round(at), string(of), version)
	return a.writtenWorkload(ctx, of, n, err)
}

// DeleteWorkloadIdentity removes that version; its tokens go with it, by their foreign key.
func (a Access) DeleteWorkloadIdentity(ctx context.Context, of id.ID, version int64) error {
	n, err := a.s.exec(ctx, "DELETE FROM workload_identities WHERE id = $1 AND version = $2", string(of), version)
	return a.writtenWorkload(ctx, of, n, err)
}

func (a Access) writtenWorkload(ctx context.Context, of id.ID, n int, err error) error {
	return written("workload_identity", of, n, err, func() (bool, error) {
		found, err := a.workloads(ctx, " WHERE id = $1", string(of))
		return len(found) > 0, err
	})
}

// RevokeTokensOf ends the tokens that the identity was worth.
func (a Access) RevokeTokensOf(ctx context.Context, identity id.ID, at time.Time) error {
	_, err := a.s.exec(ctx, "UPDATE tokens SET revoked_at = $1, version = version + 1 WHERE workload_identity_id = $2 AND revoked_at IS NULL", clock.Round(at), string(identity))
	return fail("end the tokens of a workload identity", err)
}
