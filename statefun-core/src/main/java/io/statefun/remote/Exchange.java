/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import io.statefun.remote.HttpTransport.Response;
import io.statefun.remote.RemoteEndpoint.Timeouts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, which must go on. A transport tells of each step, and stops when
 * the result is there: by the last step, or because there was too much or too little of it, or too
 * late. What is told afterwards does not matter.
 */
public final class Exchange {

  private final CompletableFuture<Response> result = new CompletableFuture<>();
  private final Timeouts timeouts;
  private final int maxResponseBytes;
  private final long begunAt = System.nanoTime();
  private volatile long movedAt = begunAt;
  private volatile Stage stage = Stage.CONNECTING;
  private volatile @Nullable IncomingResponse incoming;

  Exchange(Timeouts timeouts, int maxResponseBytes) {
    this.timeouts = timeouts;
    this.maxResponseBytes = maxResponseBytes;
  }

  /** What comes of it; the same as that of {@link HttpTransport#post}. */
  public CompletableFuture<Response> result() {
    return result;
  }

  /** There is a connection, or a part of the request has been taken. */
  public void sending() {
    moved(Stage.SENDING);
  }

  /** All of the request has been taken. */
  public void sent() {
    moved(Stage.RECEIVING);
  }

  /** The head of the response has come. */
  public void receiving(Head head) {
    moved(Stage.RECEIVING);
    incoming = new IncomingResponse(head, maxResponseBytes);
  }

  /**
   * A part of the response has come.
   *
   * @return whether more of it is wanted
   */
  public boolean received(ByteBuffer part) {
    moved(Stage.RECEIVING);
    IncomingResponse begun = incoming;
    if (begun == null || begun.take(part)) {
      return begun != null;
    }
    // Of a failure the body does not count.
    if (begun.isSuccess()) {
      fail(
          new OversizedResponseException(
              "the response has more than " + maxResponseBytes + " bytes"));
    } else {
      complete(begun);
    }
    return false;
  }

  /** All of the response has come. */
  public void received() {
    IncomingResponse begun = incoming;
    if (begun == null || begun.isCutOff()) {
      end("the response ended before anything of it had come");
    } else {
      complete(begun);
    }
  }

  private void complete(IncomingResponse response) {
    result.complete(response.response());
  }

  /** There will be no response, or not all of it. */
  public void fail(Throwable failure) {
    result.completeExceptionally(ioException(failure));
  }

  /** Some headers that make no sense fail a client in other ways than by I/O. */
  private static IOException ioException(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof IOException known
        ? known
        : new IOException("what came is not understood: " + cause, cause);
  }

  void end(String why) {
    result.completeExceptionally(new IOException(why));
  }

  void endIfLate() {
    String late = late();
    if (late != null) {
      end(late);
    }
  }

  /** What has taken too long, or null if nothing has. */
  private @Nullable String late() {
    long now = System.nanoTime();
    if (now - begunAt > timeouts.call().toNanos()) {
      return "the call has taken longer than " + timeouts.call().toMillis() + " ms";
    }
    Stage reached = stage;
    Duration limit =
        switch (reached) {
          case CONNECTING -> timeouts.connect();
          case SENDING -> timeouts.write();
          case RECEIVING -> timeouts.read();
        };
    return now - movedAt > limit.toNanos()
        ? reached.lacking + " for " + limit.toMillis() + " ms"
        : null;
  }

  private void moved(Stage to) {
    movedAt = System.nanoTime();
    stage = to;
  }

  /**
   * How a response begins.
   *
   * @param status the status code
   * @param contentType the header of that name, or null if there is none
   * @param retryAfter the header of that name, or null if there is none
   * @param tellsItsEnd whether something says where the response ends, other than the end of the
   *     connection
   */
  public record Head(
      int status, @Nullable String contentType, @Nullable String retryAfter, boolean tellsItsEnd) {}

  /** How far an exchange has come. */
  private enum Stage {
    CONNECTING("there was no connection"),
    SENDING("nothing was taken of the request"),
    RECEIVING("nothing was received of the response");

    private final String lacking;

    Stage(String lacking) {
      this.lacking = lacking;
    }
  }
}
