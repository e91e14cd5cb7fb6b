package replicas

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/openapi/client"
)

// A replica whose clock is five minutes behind sends a test message, and its receiver takes
// its time. Another replica, which sends what was given up a minute ago, does not take it
// for that: it is stamped by the time that both share.
func TestATestMessageOfAReplicaThatIsBehindIsSentOnce(t *testing.T) {
	t.Parallel()
	f := &fleet{t: t, url: storetest.PostgresURL(t), dir: t.TempDir(), args: append([]string{"--jobs-schedules", "send-notifications=0 0 29 2 *"}, seldom...)}
	secrets := filepath.Join(f.dir, "secrets")
	if err := os.Mkdir(secrets, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(secrets, "notify-payments-hook"), []byte("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.args = append(f.args, "--secrets-dir", secrets)
	f.begin(nil)
	behind := f.wrong("behind", -5*time.Minute)
	right := f.wrong("right", 0)
	f.furnish(right.at)

	var came atomic.Int32
	arrived, let := make(chan struct{}, 10), make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		came.Add(1)
		arrived <- struct{}{}
		<-let
	}))
	t.Cleanup(receiver.Close)
	team, secret, address := "payments", "notify-payments-hook", receiver.URL
	target := must[client.NotificationTarget](f, right.at, 201, "POST", "/v1/notification-targets", client.NotificationTargetInput{Team: &team, Name: "Hook", Kind: "webhook", Address: &address, Secret: &secret})

	tested := make(chan struct{})
	go func() {
		got, err := f.try(behind.at, "POST", "/v1/notification-targets/"+target.ID+"/test", nil)
		if err != nil || got.status != 200 {
			t.Errorf("the test: %d %s, %v", got.status, got.body, err)
		}
		close(tested)
	}()
	<-arrived
	run := must[client.Run](f, right.at, 201, "POST", "/v1/jobs/send-notifications/runs", nil)
	close(let)
	<-tested
	sent := must[client.NotificationList](f, right.at, 200, "GET", "/v1/notifications?target="+target.ID, nil)
	if run.State != "succeeded" || came.Load() != 1 || len(sent.Items) != 1 || sent.Items[0].State != "sent" || sent.Items[0].Attempts != 1 {
		t.Errorf("the run is %+v, %d came, kept as %+v", run, came.Load(), sent.Items)
	}
}
