package main

import (
	"fmt"
	"io"

	"github.com/go-logr/logr"
	"github.com/go-logr/zapr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// newLogger writes one line for each thing that happens.
func newLogger(to io.Writer, level, format string) (logr.Logger, error) {
	levels := map[string]zapcore.Level{"debug": zapcore.DebugLevel, "info": zapcore.InfoLevel, "error": zapcore.ErrorLevel}
	from, known := levels[level]
	if !known {
		return logr.Logger{}, fmt.Errorf("--log-level %q: want debug, info or error", level)
	}
	encoding := zap.NewProductionEncoderConfig()
	encoding.TimeKey, encoding.EncodeTime = "ts", zapcore.RFC3339NanoTimeEncoder
	var encoder zapcore.Encoder
	switch format {
	case "json":
		encoder = zapcore.NewJSONEncoder(encoding)
	case "text":
		encoder = zapcore.NewConsoleEncoder(encoding)
	default:
		return logr.Logger{}, fmt.Errorf("--log-format %q: want json or text", format)
	}
	return zapr.NewLogger(zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(to)), from))), nil
}

// background shifts a logger by one level: what a library says of itself at info is for debugging. Its errors stay errors.
type background struct{ logr.LogSink }

// Enabled implements logr.LogSink.
func (b background) Enabled(level int) bool { return b.LogSink.Enabled(level + 1) }

// Info implements logr.LogSink.
func (b background) Info(level int, message string, pairs ...any) {
	b.LogSink.Info(level+1, message, pairs...)
}

// WithValues implements logr.LogSink.
func (b background) WithValues(pairs ...any) logr.LogSink {
	return background{b.LogSink.WithValues(pairs...)}
}

// WithName implements logr.LogSink.
func (b background) WithName(name string) logr.LogSink { return background{b.LogSink.WithName(name)} }

// perGate names the Gate in each line about it. What a controller says of itself is for debugging.
func perGate(log logr.Logger) func(*reconcile.Request) logr.Logger {
	return func(request *reconcile.Request) logr.Logger {
		if request == nil {
			return log.V(1)
		}
		return log.WithValues("gate", request.String())
	}
}
