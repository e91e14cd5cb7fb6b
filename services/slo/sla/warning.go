package sla

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/services/slo"
)

// The codes of warnings.
const (
	// WarnLooser is of an SLO whose objective is below the target of an SLA that it
	// measures: it says that all is well while the SLA is breached.
	WarnLooser = "slo_looser_than_sla"
	// WarnRetired is of an SLA whose SLO was retired: nothing is measured any more.
	WarnRetired = "slo_retired"
)

// warnings returns what should be known of an SLA that is measured by the SLO.
func warnings(v View, by slo.View) []slo.Warning {
	var out []slo.Warning
	if by.Revision.Objective.PPB() < v.Revision.Target.PPB() {
		out = append(out, slo.Warning{Code: WarnLooser, Pointer: "/target", Message: fmt.Sprintf(
			"the SLO %q has an objective of %s, which is looser than the target of %s: it can be met while the SLA is breached",
			by.SLO.Slug, by.Revision.Objective.Words(), v.Revision.Target.Words())})
	}
	if by.SLO.RetiredAt != nil {
		out = append(out, slo.Warning{Code: WarnRetired, Pointer: "/slo", Message: fmt.Sprintf(
			"the SLO %q was retired; nothing is measured any more, and periods come to nothing known", by.SLO.Slug)})
	}
	return out
}

// Warnings returns what should be known of an SLA as it stands.
func (s *Service) Warnings(ctx context.Context, v View) ([]slo.Warning, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	by, err := s.SLOs.View(ctx, v.Revision.SLO)
	if err != nil {
		return nil, fmt.Errorf("read the SLO that measures an SLA: %w", err)
	}
	return warnings(v, by), nil
}

// Promised returns what should be known of an SLO because of the SLAs that it
// measures; see slo.Promises, of which this is one.
func (s *Service) Promised(ctx context.Context, by slo.View) ([]slo.Warning, error) {
	found, err := s.Store.SLAsOfSLO(ctx, by.SLO.ID)
	if err != nil {
		return nil, fmt.Errorf("read the SLAs that an SLO measures: %w", err)
	}
	var out []slo.Warning
	for _, v := range found {
		if by.Revision.Objective.PPB() < v.Revision.Target.PPB() {
			out = append(out, slo.Warning{Code: WarnLooser, Pointer: "/objective", Message: fmt.Sprintf(
				"the objective of %s is looser than the target of %s that the SLA %q promises to %s: it can be met while the SLA is breached",
				by.Revision.Objective.Words(), v.Revision.Target.Words(), v.SLA.Slug, v.SLA.Customer)})
		}
	}
	return out, nil
}
