package report

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// DrawUpOnce publishes the report of the last month, in UTC, of each team whose services had
// SLOs in it, and of the organisation: once, however often it is done and by whom. One that
// cannot be drawn up keeps no other from it; the errors are returned together.
func (s *Service) DrawUpOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	result := map[string]int64{"published": 0, "published_before": 0}
	month, err := named(now.AddDate(0, 0, -now.Day()).Format("2006-01"), time.UTC)
	if err != nil {
		return result, err
	}
	period := Period{From: month.Start.UTC(), To: month.End.UTC(), Name: month.Start.Format("2006-01"), Zone: "UTC"}
	scopes, err := s.toDrawUp(ctx, period)
	if err != nil {
		return result, err
	}
	var errs []error
	for _, scope := range scopes {
		there, err := s.Store.HasReport(ctx, Report{Scope: scope, Period: period, Occasion: Monthly})
		if err == nil && there {
			result["published_before"]++
			continue
		}
		published := false
		if err == nil {
			var draft Draft
			if draft, err = s.draft(ctx, scope, period, Monthly, now); err == nil {
				_, published, err = s.publish(ctx, draft)
			}
		}
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("draw up the report of the %s: %w", scope, err))
			if tx.IsLeaseLost(err) || ctx.Err() != nil {
				return result, errors.Join(errs...)
			}
		case published:
			result["published"]++
		default:
			result["published_before"]++
		}
	}
	return result, errors.Join(errs...)
}

// toDrawUp are the teams with SLOs that were in force in the period, and the organisation.
func (s *Service) toDrawUp(ctx context.Context, p Period) ([]Scope, error) {
	whole := Scope{Kind: OfOrganisation}
	of, err := s.subjectOf(ctx, whole)
	if err != nil {
		return nil, err
	}
	owners := make(map[id.ID]id.ID, len(of.services))
	for _, one := range of.services {
		owners[one.ID] = one.Team
	}
	owning := map[id.ID]bool{}
	for _, v := range of.views {
		if inForceIn(v.SLO, p) {
			owning[owners[v.SLO.Service]] = true
		}
	}
	if len(owning) == 0 {
		return nil, nil
	}
	var out []Scope
	err = each(func(r page.Request) (page.Page[registry.Team], error) {
		return s.Registry.Teams(ctx, registry.TeamFilter{}, r)
	}, func(t registry.Team) {
		if owning[t.ID] {
			out = append(out, Scope{OfTeam, t.ID, t.Slug, t.Name, t.ID})
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the teams: %w", err)
	}
	return append(out, whole), nil
}

// inForceIn reports whether the SLO was in force in a part of the period.
func inForceIn(of slo.SLO, p Period) bool {
	return of.CreatedAt.Before(p.To) && (of.RetiredAt == nil || of.RetiredAt.After(p.From))
}
