package promtest_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

func TestAPrometheusStartsWithTheSamplesOfTheTest(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 23, 59, 0, 0, time.UTC)
	base := promtest.Start(t, promtest.Options{Series: []promtest.Series{
		{Name: `requests_total{code="200"}`, Samples: []promtest.Sample{{at, 7}, {at.Add(2 * time.Minute), 9.5}}}, // over midnight
	}})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+`/api/v1/query?query=requests_total[1h]&time=2026-03-03T00:10:00Z`, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct {
		Data struct{ Result json.RawMessage }
	}
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := `[{"metric":{"__name__":"requests_total","code":"200"},"values":[[1772495940,"7"],[1772496060,"9.5"]]}]`
	if string(got.Data.Result) != want {
		t.Errorf("it gives %s, want %s", got.Data.Result, want)
	}
}
