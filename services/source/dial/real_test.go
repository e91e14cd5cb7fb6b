package dial_test

import (
	"regexp"
	"testing"

	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

func TestARealPrometheusIsFound(t *testing.T) {
	t.Parallel()
	f, err := dialler(t, nil).Probe(t.Context(), at(promtest.Start(t, promtest.Options{})))
	if err != nil || !f.OK() || !regexp.MustCompile(`^[23]\.\d+\.\d+`).MatchString(f.Version) {
		t.Errorf("%+v, %v", f, err)
	}
}
