/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.WireFormat;
import io.statefun.engine.FunctionInvoker;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.FromFunction.IncompleteInvocationContext;
import io.statefun.remote.protocol.FromFunction.PersistedValueSpec;
import io.statefun.remote.protocol.ToFunction;
import io.statefun.remote.protocol.TypedValue;
import io.statefun.trace.TraceCarrier;
import io.statefun.trace.TraceContext;
import io.statefun.trace.Tracing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs functions for a runtime elsewhere, as a node of ours or Apache Flink Stateful Functions 3. A
 * request has messages for one instance and the state of that instance; the reply has everything
 * that the function did. The handler keeps nothing between requests, and what it does counts only
 * if the runtime gets the reply: a request may come again, and then anything that a function does
 * outside of its {@link io.statefun.function.Context} is done again.
 *
 * <p>A function is served under its name and all its aliases. The {@link
 * io.statefun.engine.FailurePolicy} is not used: if a handler throws, the request fails as a whole,
 * and the runtime decides what then.
 *
 * <p>Immutable. Any number of threads may use it at once, each for another request; functions are
 * called by the thread of the request.
 */
public final class RequestReplyHandler {

  /** The largest request unless another size is set: 32 MiB. */
  public static final int DEFAULT_MAX_REQUEST_BYTES = 32 * 1024 * 1024;

  /** How long a request waits for asynchronous operations unless another time is set: a minute. */
  public static final Duration DEFAULT_ASYNC_TIMEOUT = Duration.ofMinutes(1);

  /** More than any runtime has reason to send at once. */
  static final int MAX_PIECES = 1_000_000;

  private static final int INVOCATION =
      ToFunction.INVOCATION_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  /** Fields of a newer protocol would take many times their bytes if they were kept. */
  private static final Parser<ToFunction> READER =
      DiscardUnknownFieldsParser.wrap(ToFunction.parser());

  private final ServedFunctions functions;
  private final Surroundings surroundings;
  private final int maxRequestBytes;

  private RequestReplyHandler(Builder builder) {
    this.functions = new ServedFunctions(builder.functions);
    this.surroundings =
        new Surroundings(
            builder.types,
            new EgressArguments(builder.types),
            builder.clock,
            builder.asyncTimeout,
            builder.tracing);
    this.maxRequestBytes = builder.maxRequestBytes;
  }

  /** Begins a handler for functions that were bound with the same message types. */
  public static Builder builder(MessageTypes types) {
    return new Builder(types);
  }

  /** The largest request that is handled, in bytes. */
  public int maxRequestBytes() {
    return maxRequestBytes;
  }

  /**
   * Handles a request.
   *
   * @param request a serialized {@code ToFunction}, which is not changed
   * @return a serialized {@code FromFunction}, which may have no bytes; the caller's own
   * @throws RequestFailedException if there is no reply, and nothing that a function did counts
   */
  public byte[] handle(byte[] request) throws RequestFailedException {
    return handle(request, TraceContext.NONE);
  }

  /**
   * Handles a request that is part of a trace.
   *
   * @param trace what the request carries. The place that the calling thread has in a trace counts
   *     more
   * @see #handle(byte[])
   */
  public byte[] handle(byte[] request, TraceCarrier trace) throws RequestFailedException {
    ToFunction parsed = parse(request);
    return parsed.hasInvocation()
        ? reply(parsed.getInvocation(), trace).toByteArray()
        : new byte[0];
  }

  private ToFunction parse(byte[] request) throws RequestFailedException {
    if (request.length > maxRequestBytes) {
      throw RequestFailedException.tooLarge(maxRequestBytes);
    }
    try {
      if (pieces(request) > MAX_PIECES) {
        throw RequestFailedException.unreadable(
            "it has more than " + MAX_PIECES + " messages and states", null);
      }
      return READER.parseFrom(request);
    } catch (InvalidProtocolBufferException e) {
      throw RequestFailedException.unreadable(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("There is no I/O", e);
    }
  }

  /** How many messages and states a request has, of which each takes memory even if it is empty. */
  private static long pieces(byte[] request) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(request);
    long pieces = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == INVOCATION) {
        int limit = in.pushLimit(in.readRawVarint32());
        for (int piece = in.readTag(); piece != 0 && in.skipField(piece); piece = in.readTag()) {
          pieces++;
        }
        in.checkLastTagWas(0);
        in.popLimit(limit);
      } else if (!in.skipField(tag)) {
        // The end of a group that has not begun, which the parser refuses.
        return pieces;
      }
    }
    return pieces;
  }

  private FromFunction reply(ToFunction.InvocationBatchRequest request, TraceCarrier trace)
      throws RequestFailedException {
    ServedFunction function = functions.of(request.getTarget());
    Address target = Wire.address(request.getTarget());
    Map<String, TypedValue> states = new HashMap<>();
    for (ToFunction.PersistedValue state : request.getStateList()) {
      states.put(state.getStateName(), state.getStateValue());
    }
    List<PersistedValueSpec> missing = function.missing(states.keySet());
    if (!missing.isEmpty()) {
      return FromFunction.newBuilder()
          .setIncompleteInvocationContext(
              IncompleteInvocationContext.newBuilder().addAllMissingValues(missing))
          .build();
    }
    Batch batch = new Batch(function, target, surroundings, trace);
    batch.restore(states);
    for (ToFunction.Invocation message : request.getInvocationsList()) {
      batch.handle(message);
    }
    return FromFunction.newBuilder().setInvocationResult(batch.response()).build();
  }

  /** Collects what a handler is made of. Not for use by several threads. */
  public static final class Builder {

    private final MessageTypes types;
    private final List<FunctionInvoker> functions = new ArrayList<>();
    private int maxRequestBytes = DEFAULT_MAX_REQUEST_BYTES;
    private Duration asyncTimeout = DEFAULT_ASYNC_TIMEOUT;
    private InstantSource clock = InstantSource.system();
    private @Nullable Tracing tracing;

    private Builder(MessageTypes types) {
      this.types = Objects.requireNonNull(types, "types");
    }

    /** Adds a function, as {@link io.statefun.binding.AnnotatedFunction#bind} makes one. */
    public Builder function(FunctionInvoker function) {
      functions.add(Objects.requireNonNull(function, "function"));
      return this;
    }

    /**
     * Sets the largest request, in bytes; 32 MiB if it is not set.
     *
     * @throws IllegalArgumentException if it is not at least 1
     */
    public Builder maxRequestBytes(int bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("A request must be allowed at least 1 byte: " + bytes);
      }
      this.maxRequestBytes = bytes;
      return this;
    }

    /**
     * Sets how long a request waits for the operations that its functions have given to {@link
     * io.statefun.function.Context#async}, all together; a minute if it is not set. After that,
     * their ends are {@link io.statefun.function.AsyncResult.Status#UNKNOWN}.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder asyncTimeout(Duration timeout) {
      if (timeout.isNegative()) {
        throw new IllegalArgumentException("A timeout must not be negative: " + timeout);
      }
      this.asyncTimeout = timeout;
      return this;
    }

    /** Sets the clock that handlers are told the time by; that of the system if it is not set. */
    public Builder clock(InstantSource newClock) {
      this.clock = Objects.requireNonNull(newClock, "clock");
      return this;
    }

    /** Follows events from function to function; nobody does unless set. */
    public Builder tracing(Tracing follower) {
      this.tracing = Objects.requireNonNull(follower, "follower");
      return this;
    }

    /**
     * Makes the handler.
     *
     * @throws UnservableFunctionException if a function has states other than values, or two
     *     functions have the same name
     */
    public RequestReplyHandler build() {
      return new RequestReplyHandler(this);
    }
  }
}
