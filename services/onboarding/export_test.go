package onboarding

import (
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Fill fills a template in.
func Fill(t Template, check *fault.Check, s registry.Service) (slo.Declaration, error) {
	return t.fill(check, "", s)
}
