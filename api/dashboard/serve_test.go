package dashboard

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"
)

// -serve shows the sample on a loopback address until interrupted, so that
// pages can be looked at: go test ./api/dashboard -serve 127.0.0.1:8099
var serve = flag.String("serve", "", "serve the sample at this address instead of testing")

func TestMain(m *testing.M) {
	flag.Parse()
	if *serve == "" {
		os.Exit(m.Run())
	}
	opts := Options{Now: func() time.Time { return sampleNow }, PublicURL: "http://" + *serve, Version: "0.1.0"}
	s := newGroupedSample()
	s.ofEveryKind()
	s.inEveryCondition()
	full, bare := New(s.sources(), opts), New((&sample{now: sampleNow}).sources(), opts)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("signedout") {
			full.ServeHTTP(w, r)
			return
		}
		r.AddCookie(&http.Cookie{Name: "evenkeel_session", Value: sampleSession})
		if r.URL.Query().Has("bare") {
			bare.ServeHTTP(w, r)
			return
		}
		full.ServeHTTP(w, r)
	})
	fmt.Println(http.ListenAndServe(*serve, handler))
	os.Exit(1)
}
