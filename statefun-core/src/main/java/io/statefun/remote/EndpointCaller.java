/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import io.statefun.engine.RemoteBatch;
import io.statefun.engine.RemoteReply;
import io.statefun.engine.UnhandledMessageException;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the functions of an endpoint. Attempts that do not get through are repeated; of the others,
 * the engine hears. Used by all workers.
 */
final class EndpointCaller {

  private static final Logger LOG = LoggerFactory.getLogger(EndpointCaller.class);

  /** Statuses by which an endpoint says that it, or who is before it, cannot at the moment. */
  private static final Set<Integer> UNAVAILABLE = Set.of(408, 425, 429, 502, 503, 504);

  private static final String OCTETS = "application/octet-stream";
  private static final int SUCCESS = 2;

  private final RemoteEndpoint endpoint;
  private final HttpTransport transport;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final CallListener listener;
  private final Gate gate;
  private final @Nullable RequestSignature signature;

  private final Reachability reachability;

  EndpointCaller(
      RemoteEndpoint endpoint,
      HttpTransport transport,
      ScheduledExecutorService timer,
      InstantSource clock,
      CallListener listener) {
    this.endpoint = endpoint;
    this.transport = transport;
    this.timer = timer;
    this.clock = clock;
    this.listener = listener;
    this.gate = new Gate(endpoint.limits().concurrentCalls());
    this.reachability = new Reachability(endpoint);
    SigningKey key = endpoint.key();
    this.signature = key == null ? null : new RequestSignature(key);
  }

  RemoteEndpoint endpoint() {
    return endpoint;
  }

  /** How it does. */
  RemoteEndpoints.Status status() {
    return reachability.status();
  }

  CompletableFuture<RemoteReply> call(TypeName function, RemoteBatch batch) {
    Call call = new Call(function, batch);
    call.next();
    return call.result;
  }

  /** A call, until an attempt gets through. */
  private final class Call {

    private final TypeName function;
    private final RemoteBatch batch;
    private final CompletableFuture<RemoteReply> result = new CompletableFuture<>();
    private final long begunAt = System.nanoTime();
    private int attempts;

    /** The last attempt; null before the first. */
    private volatile @Nullable CompletableFuture<?> exchange;

    Call(TypeName function, RemoteBatch batch) {
      this.function = function;
      this.batch = batch;
      result.whenComplete((reply, failure) -> endIfCancelled());
    }

    private void endIfCancelled() {
      CompletableFuture<?> last = exchange;
      if (last != null && result.isCancelled()) {
        boolean unused = last.cancel(true);
      }
    }

    void next() {
      gate.enter(this::attempt);
    }

    private void attempt() {
      if (result.isDone()) {
        gate.leave();
        return;
      }
      attempts++;
      long startedAt = System.nanoTime();
      CompletableFuture<HttpTransport.Response> begun;
      try {
        begun = transport.post(request());
      } catch (RuntimeException e) {
        begun = CompletableFuture.failedFuture(e);
      }
      exchange = begun;
      endIfCancelled();
      begun.whenComplete((response, failure) -> left(response, failure, startedAt));
    }

    private void left(
        HttpTransport.@Nullable Response response, @Nullable Throwable failure, long startedAt) {
      try {
        ended(response, failure, startedAt);
      } catch (Throwable unexpected) {
        // Whatever it is: an instance whose call never ends would never be called again.
        result.completeExceptionally(unexpected);
      } finally {
        gate.leave();
      }
    }

    private HttpTransport.Request request() {
      byte[] body = RequestWriter.write(batch);
      if (body.length > endpoint.limits().requestBytes()) {
        throw new UnhandledMessageException(
            "A request for "
                + batch.target()
                + " takes "
                + body.length
                + " bytes with its state, and at most "
                + endpoint.limits().requestBytes()
                + " may be sent to "
                + endpoint,
            null);
      }
      Map<String, String> headers = new LinkedHashMap<>(endpoint.headers());
      String id = '"' + batch.id() + '"';
      headers.put(RequestSignature.BATCH, id);
      headers.putAll(batch.trace().fields());
      if (signature != null) {
        headers.putAll(signature.sign(body, id, clock.instant()));
      }
      return new HttpTransport.Request(endpoint.uri(function), headers, body);
    }

    private void ended(
        HttpTransport.@Nullable Response response, @Nullable Throwable failure, long startedAt) {
      RemoteReply reply = null;
      Throwable wrong = cause(failure);
      CallListener.Outcome outcome = CallListener.Outcome.SUCCESS;
      if (wrong == null && response != null) {
        try {
          reply = read(response);
          outcome =
              reply instanceof RemoteReply.Incomplete
                  ? CallListener.Outcome.INCOMPLETE
                  : CallListener.Outcome.SUCCESS;
        } catch (CallFailedException e) {
          wrong = e;
        }
      }
      if (wrong != null) {
        outcome = outcome(wrong);
      }
      tell(outcome, System.nanoTime() - startedAt);
      if (outcome == CallListener.Outcome.UNAVAILABLE && wrong != null) {
        reachability.missed(startedAt, wrong);
        repeat(response, wrong);
        return;
      }
      reachability.reached(startedAt);
      if (wrong == null && reply != null) {
        result.complete(reply);
      } else {
        result.completeExceptionally(wrong == null ? new IOException("Nothing came") : wrong);
      }
    }

    private void tell(CallListener.Outcome outcome, long nanos) {
      try {
        listener.ended(endpoint, function, batch.messages().size(), nanos, outcome);
      } catch (RuntimeException e) {
        LOG.warn("A listener failed to hear of a call of {}", function, e);
      }
    }

    private void repeat(HttpTransport.@Nullable Response response, Throwable wrong) {
      RemoteEndpoint.Retry retry = endpoint.retry();
      long pause = pause(response);
      long spent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunAt);
      if (retry.deadline() != null && spent + pause > retry.deadline().toMillis()) {
        result.completeExceptionally(
            new CallFailedException(
                CallListener.Outcome.UNAVAILABLE,
                "Endpoint "
                    + endpoint
                    + " did not answer for "
                    + spent
                    + " ms, in "
                    + attempts
                    + " attempts",
                wrong));
      } else if (!result.isDone()) {
        repeatAfter(pause);
      }
    }

    private void repeatAfter(long pause) {
      try {
        timer.schedule(this::next, pause, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException closed) {
        // The node stops. The call is no failure of the function, so nobody hears of it.
        LOG.debug("A call of {} is not repeated: the endpoints are closed", function);
      }
    }

    private long pause(HttpTransport.@Nullable Response response) {
      long pause = endpoint.retry().backoffAfter(attempts);
      long asked = response == null ? 0 : seconds(response.retryAfter()) * 1_000;
      return Math.min(Math.max(pause, asked), endpoint.retry().maxBackoff().toMillis());
    }

    private RemoteReply read(HttpTransport.Response response) throws CallFailedException {
      int status = response.status();
      if (UNAVAILABLE.contains(status)) {
        throw new CallFailedException(CallListener.Outcome.UNAVAILABLE, "status " + status, null);
      }
      if (status / 100 != SUCCESS) {
        throw failed("it answered with status " + status);
      }
      if (!OCTETS.equalsIgnoreCase(response.contentType())) {
        throw failed(
            response.contentType() == null
                ? "it answered with no content type"
                : "it answered with content type '" + response.contentType() + "'");
      }
      RemoteReply reply;
      try {
        reply = ReplyReader.read(response.body());
      } catch (InvalidReplyException e) {
        throw failed("what it answered is no reply: " + e.getMessage());
      }
      checkAccess(reply);
      return reply;
    }

    private CallFailedException failed(String why) {
      return new CallFailedException(
          CallListener.Outcome.FAILED,
          "Endpoint " + endpoint + " has failed to handle a call of " + function + ": " + why,
          null);
    }

    private void checkAccess(RemoteReply reply) throws CallFailedException {
      if (reply instanceof RemoteReply.Done done) {
        for (RemoteReply.Outgoing message : done.messages()) {
          checkTarget(message.target());
        }
        for (RemoteReply.Delayed delayed : done.delayed()) {
          RemoteReply.Outgoing message = delayed.message();
          if (message != null) {
            checkTarget(message.target());
          }
        }
        for (var record : done.records()) {
          if (!endpoint.access().mayEmitTo(record.egress())) {
            throw forbidden("give records to egress " + record.egress());
          }
        }
      }
    }

    private void checkTarget(Address target) throws CallFailedException {
      if (!endpoint.access().maySendTo(target.type()) && !hasSent(target)) {
        throw forbidden("send to " + target.type());
      }
    }

    private boolean hasSent(Address target) {
      return batch.messages().stream()
          .anyMatch(message -> java.util.Objects.equals(target, message.caller()));
    }

    private CallFailedException forbidden(String what) {
      LOG.warn("Function {} of endpoint {} may not {}", function, endpoint, what);
      return new CallFailedException(
          CallListener.Outcome.FORBIDDEN,
          "Function " + function + " of endpoint " + endpoint + " may not " + what,
          null);
    }
  }

  private static @Nullable Throwable cause(@Nullable Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static CallListener.Outcome outcome(Throwable failure) {
    if (failure instanceof CallFailedException known) {
      return known.outcome;
    }
    return failure instanceof IOException && !(failure instanceof OversizedResponseException)
        ? CallListener.Outcome.UNAVAILABLE
        : CallListener.Outcome.FAILED;
  }

  private static long seconds(@Nullable String retryAfter) {
    // A date is allowed, too, and rare; the back-off does as well.
    return retryAfter != null && retryAfter.matches("\\d{1,6}") ? Long.parseLong(retryAfter) : 0;
  }
}
