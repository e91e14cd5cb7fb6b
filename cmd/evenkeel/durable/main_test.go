package durable_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

func TestMain(m *testing.M) { process.Main(m) }

const (
	// everythingVariable is the environment variable that makes the loops long.
	everythingVariable = "EVENKEEL_TEST_EVERYTHING"
	// seedVariable repeats the choices of a run that printed it.
	seedVariable = "EVENKEEL_TEST_SEED"
)

// busy are the settings of a program that has its jobs run all the time.
var busy = []string{
	"EVENKEEL_LOG_LEVEL=warn",
	"EVENKEEL_JOBS_SCHEDULES_EVALUATE_BUDGETS=@every 1s", "EVENKEEL_JOBS_SCHEDULES_APPLY_POLICIES=@every 1s",
}

// times is how often a loop is run: normally, and when everything is asked for.
func times(normally, everything int) int {
	if os.Getenv(everythingVariable) != "" {
		return everything
	}
	return normally
}

// newDice returns what chooses, and prints its seed.
func newDice(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if given := os.Getenv(seedVariable); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	t.Logf("%s=%d", seedVariable, seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// between chooses a length of time.
func between(dice *rand.Rand, low, high time.Duration) time.Duration {
	return low + time.Duration(dice.Int64N(int64(high-low)))
}

// eventually asks again and again until it is so, and fails the test where that
// takes longer than within.
func eventually(t *testing.T, within time.Duration, what string, isSo func() bool) {
	t.Helper()
	end := time.After(within)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for !isSo() {
		select {
		case <-end:
			t.Fatalf("within %s it did not come to pass that %s", within, what)
		case <-again.C:
		}
	}
}
