package api

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
)

// What the edge costs: the same reply from net/http alone, from huma on chi as
// they come, and through the whole edge with an authenticated caller; in memory
// and over loopback, where the ratio is what a client sees.

type discardLog struct{ slog.Handler }

func peers(b *testing.B) map[string]http.Handler {
	// The quota is one that is never reached, and counted all the same.
	quota := func(c *Config) { c.RequestsPerSecond, c.Burst = 1_000_000, 10_000 }
	quiet := newBench(b, quota, func(c *Config) { c.Logger, c.Observe = nil, nil })
	logging := newBench(b, quota, func(c *Config) {
		c.Logger, c.Observe = slog.New(discardLog{slog.NewJSONHandler(io.Discard, nil)}), nil
	})
	for _, e := range []*bench{quiet, logging} {
		e.widgets = []widget{{id: "01JD9Z7P6M5W8Q3K2N4T6V8X0Y", version: 1, in: WidgetInput{Name: "ab"}}}
	}
	router := chi.NewMux()
	bare := humachi.New(router, huma.DefaultConfig("bare", "1"))
	huma.Get(bare, "/v1/widgets/{widget}", func(_ context.Context, in *struct {
		Widget string `path:"widget" maxLength:"63"`
	}) (*struct {
		ETag string `header:"ETag"`
		Body Widget
	}, error) {
		w, err := quiet.find(in.Widget)
		return &struct {
			ETag string `header:"ETag"`
			Body Widget
		}{etag(1), showWidget(w)}, err
	})
	plain := http.NewServeMux()
	plain.HandleFunc("GET /v1/widgets/{widget}", func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if _, err := quiet.Authenticate(r.Context(), token); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		found, err := quiet.find(r.PathValue("widget"))
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("ETag", etag(found.version))
		_ = json.NewEncoder(w).Encode(showWidget(found))
	})
	return map[string]http.Handler{"net-http": plain, "huma-bare": router, "edge": quiet, "edge-logging": logging}
}

func BenchmarkGetInMemory(b *testing.B) {
	for name, h := range peers(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/v1/widgets/ab", nil)
			r.Header.Set("Authorization", "Bearer read")
			for b.Loop() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != 200 {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}

func BenchmarkGetOverLoopback(b *testing.B) {
	for name, h := range peers(b) {
		b.Run(name, func(b *testing.B) {
			s := httptest.NewServer(h)
			defer s.Close()
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, s.URL+"/v1/widgets/ab", nil)
					r.Header.Set("Authorization", "Bearer read")
					reply, err := client.Do(r)
					if err != nil || reply.StatusCode != 200 {
						b.Error(err, reply)
						return
					}
					_, _ = io.Copy(io.Discard, reply.Body)
					reply.Body.Close()
				}
			})
		})
	}
}

// BenchmarkBody compares the strict pass and one decoding with huma's own way: a
// decoding into maps, a validation of those, and a second decoding.
func BenchmarkBody(b *testing.B) {
	body := []byte(`{"name":"left wheel","note":"of the cart","size":12,"kind":"http","labels":{"a":"1","b":"2"},"codes":[1,2,3],"gadgets":[` +
		strings.TrimSuffix(strings.Repeat(`{"slug":"abc-def","weight":3},`, 50), ",") + `]}`)
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	schema := registry.Schema(reflect.TypeFor[WidgetInput](), true, "")
	compiled := (&shapes{registry: registry, made: map[*huma.Schema]*shape{}}).of(schema)
	b.Run("strict", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var faults faultList
			var in WidgetInput
			if p := scanJSON(body, compiled, leafChecker{registry}, &faults); p != nil || faults.any() {
				b.Fatal(p, faults)
			}
			if err := decodeBody(body, &in); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("huma", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var parsed any
			var in WidgetInput
			var res huma.ValidateResult
			if err := json.Unmarshal(body, &parsed); err != nil {
				b.Fatal(err)
			}
			huma.Validate(registry, schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, parsed, &res)
			if err := json.Unmarshal(body, &in); err != nil || len(res.Errors) > 0 {
				b.Fatal(err, res.Errors)
			}
		}
	})
}
