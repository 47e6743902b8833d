package export

import (
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// requestTime is how long one request may take.
const requestTime = 30 * time.Second

// Server is an API server as one identity speaks to it. Every request has a deadline.
type Server struct {
	// Config is how it is reached.
	Config *rest.Config
	// Client speaks to it.
	Client kubernetes.Interface
}

// Dial makes a Server. It sends nothing yet.
func Dial(config *rest.Config) (*Server, error) {
	config = rest.CopyConfig(config)
	config.Timeout = requestTime
	config.QPS = -1                           // the API server's own fairness limits us
	config.WarningHandler = rest.NoWarnings{} // the one that matters, of a token cut short, is told in our words
	client, err := kubernetes.NewForConfig(config)
	return &Server{Config: config, Client: client}, err
}

// As is the same server, reached in the same way, as whoever the token stands for.
func (s *Server) As(token string) (*Server, error) {
	config := rest.AnonymousClientConfig(s.Config)
	config.BearerToken = token
	return Dial(config)
}
