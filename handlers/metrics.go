package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"appointable/internal/deliver"
	"appointable/internal/store"
)

// metrics are the figures of one server, in a registry of their own.
type metrics struct {
	registry  *prometheus.Registry
	inFlight  prometheus.Gauge
	durations *prometheus.HistogramVec
}

func newMetrics(db *store.DB, sequencer *store.Sequencer, courier *deliver.Courier) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "appointable_requests_in_flight", Help: "Requests being answered now.",
		}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "appointable_request_duration_seconds", Help: "How long requests took, by route and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60},
		}, []string{"method", "route", "status"}),
	}
	gauge := func(name, help string, value func(store.Stats) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return value(db.Stats()) })
	}
	counter := func(name, help string, value func(store.Stats) float64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return value(db.Stats()) })
	}
	m.registry.MustRegister(m.inFlight, m.durations,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		gauge("appointable_database_connections_open", "Connections to the database.", func(s store.Stats) float64 { return float64(s.Open) }),
		gauge("appointable_database_connections_in_use", "Connections at work.", func(s store.Stats) float64 { return float64(s.InUse) }),
		counter("appointable_database_waits_total", "How often a request waited for a connection.", func(s store.Stats) float64 { return float64(s.Waited) }),
		counter("appointable_database_round_trips_total", "Round trips to the database.", func(s store.Stats) float64 { return float64(s.RoundTrips) }),
	)
	if sequencer != nil {
		m.registry.MustRegister(
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{
				Name: "appointable_log_behind_seconds", Help: "Since every event was known to be in its log; above 60 is an alarm.",
			}, func() float64 { return sequencer.State().Behind.Seconds() }),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{
				Name: "appointable_log_unsigned", Help: "1 where a log is signed no further, since it is not what was signed before.",
			}, func() float64 {
				if sequencer.State().Refused != nil {
					return 1
				}
				return 0
			}),
			prometheus.NewCounterFunc(prometheus.CounterOpts{
				Name: "appointable_log_leaves_total", Help: "Leaves that this program has added to the logs.",
			}, func() float64 { return float64(sequencer.State().Leaves) }),
			prometheus.NewCounterFunc(prometheus.CounterOpts{
				Name: "appointable_log_late_total", Help: "Those of them that came a minute or more after they had happened.",
			}, func() float64 { return float64(sequencer.State().Late) }),
		)
	}
	if courier != nil {
		m.registry.MustRegister(delivered{courier, prometheus.NewDesc("appointable_checkpoints_left_timestamp_seconds",
			"When everything new had last left the house; 0: not since the start.", []string{"by"}, nil)})
	}
	return m
}

// delivered tells how each way out of the house goes.
type delivered struct {
	courier *deliver.Courier
	left    *prometheus.Desc
}

// Describe names the figure.
func (d delivered) Describe(to chan<- *prometheus.Desc) { to <- d.left }

// Collect reads it for each way.
func (d delivered) Collect(to chan<- prometheus.Metric) {
	for _, state := range d.courier.State() {
		at := 0.0
		if !state.Left.IsZero() {
			at = float64(state.Left.Unix())
		}
		to <- prometheus.MustNewConstMetric(d.left, prometheus.GaugeValue, at, state.By)
	}
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	m.durations.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}
