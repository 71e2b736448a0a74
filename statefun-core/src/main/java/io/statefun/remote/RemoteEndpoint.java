/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import io.statefun.engine.FailurePolicy;
import io.statefun.message.TypeName;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where functions run that are elsewhere, and how they are called. Immutable.
 *
 * @param name names the endpoint in logs and meters
 * @param functions which functions: {@code namespace/name}, or {@code namespace/*} for all of a
 *     namespace that no other endpoint names
 * @param urlTemplate the URL, in which {@code {function.name}} stands for the name of the function
 *     without its namespace; may be a {@link UnixSocketUrl}
 * @param headers sent with each request
 * @param timeouts how long anything may take
 * @param retry how calls are repeated that do not get through
 * @param limits how much there may be at a time
 * @param afterCommit whether a batch is called only when it is committed
 * @param failurePolicy what to do when a call fails
 * @param access to whom the functions may send
 * @param key with which requests are signed, or null if they are not
 */
public record RemoteEndpoint(
    String name,
    String functions,
    String urlTemplate,
    Map<String, String> headers,
    Timeouts timeouts,
    Retry retry,
    Limits limits,
    boolean afterCommit,
    FailurePolicy failurePolicy,
    Access access,
    @Nullable SigningKey key) {

  private static final String NAME = "{function.name}";
  private static final String WILDCARD = "/*";
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

  /** Of HTTP, and of the protocol. */
  private static final Set<String> OWN_HEADERS =
      Set.of(
          "connection",
          "content-length",
          "content-type",
          "expect",
          "host",
          "transfer-encoding",
          "upgrade",
          RequestSignature.BATCH.toLowerCase(Locale.ROOT),
          RequestSignature.DIGEST.toLowerCase(Locale.ROOT),
          RequestSignature.INPUT.toLowerCase(Locale.ROOT),
          RequestSignature.SIGNATURE.toLowerCase(Locale.ROOT));

  public RemoteEndpoint {
    headers = Map.copyOf(headers);
    headers.forEach(RemoteEndpoint::checkHeader);
    Objects.requireNonNull(timeouts, "timeouts");
    Objects.requireNonNull(retry, "retry");
    Objects.requireNonNull(limits, "limits");
    String named =
        functions.endsWith(WILDCARD)
            ? functions.substring(0, functions.length() - 1) + "x"
            : functions;
    if (named.contains("*")) {
      throw new IllegalArgumentException(
          "'"
              + functions
              + "' names no functions: use namespace/name, or namespace/* for all of a namespace");
    }
    TypeName unused = TypeName.parse(named);
    checkUrl(urlTemplate);
  }

  private static void checkHeader(String header, String value) {
    if (!HEADER.matcher(header).matches()
        || value.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c))) {
      throw new IllegalArgumentException("'" + header + "' is no header, or its value is none");
    }
    if (OWN_HEADERS.contains(header.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "The header '" + header + "' is set by each call itself. Remove it from the endpoint");
    }
  }

  private static void checkUrl(String template) {
    URI uri;
    try {
      uri = URI.create(template.replace(NAME, "x"));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + template + "' is no URL: " + e.getMessage(), e);
    }
    refuseUser(uri);
    String scheme = uri.getScheme();
    if (UnixSocketUrl.SCHEME.equals(scheme)) {
      checkSocket(template, uri);
    } else if ("https+unix".equals(scheme)) {
      throw noUrl(template, "a socket has no TLS. Begin it with http+unix://");
    } else if (scheme == null
        || !Set.of("http", "https").contains(scheme)
        || uri.getHost() == null) {
      throw noUrl(
          template,
          "it has to begin with http:// or https://, or with http+unix:// if it is a socket");
    }
  }

  private static void refuseUser(URI uri) {
    String authority = uri.getRawAuthority();
    if (authority != null && authority.contains("@")) {
      throw new IllegalArgumentException(
          "The URL at "
              + authority.substring(authority.lastIndexOf('@') + 1)
              + " has a user or a password, which is not sent. Use the header 'Authorization'");
    }
  }

  private static void checkSocket(String template, URI uri) {
    Path socket;
    try {
      socket = UnixSocketUrl.of(uri).socket();
    } catch (IllegalArgumentException e) {
      throw noUrl(template, e.getMessage());
    }
    URI other = URI.create(template.replace(NAME, "y"));
    if (!UnixSocketUrl.of(other).socket().equals(socket)) {
      throw noUrl(
          template,
          NAME + " cannot be in the path of the socket. Write it behind the file of the socket");
    }
  }

  private static IllegalArgumentException noUrl(String template, @Nullable String why) {
    return new IllegalArgumentException("'" + template + "' is no URL of a function: " + why);
  }

  /** An endpoint with default settings. */
  public static RemoteEndpoint of(String functions, String urlTemplate) {
    return new RemoteEndpoint(
        functions,
        functions,
        urlTemplate,
        Map.of(),
        Timeouts.DEFAULT,
        Retry.DEFAULT,
        Limits.DEFAULT,
        true,
        FailurePolicy.DEFAULT,
        Access.ALL,
        null);
  }

  /** The type of the function, or null if it is all of a namespace. */
  @Nullable TypeName function() {
    return functions.endsWith(WILDCARD) ? null : TypeName.parse(functions);
  }

  /** The namespace of the functions. */
  String namespace() {
    return functions.substring(0, functions.indexOf('/'));
  }

  /** Whether the functions are reached by a {@link UnixSocketUrl}, and not over the network. */
  public boolean isAtSocket() {
    return urlTemplate.startsWith(UnixSocketUrl.SCHEME + ":");
  }

  /**
   * Where a function is called.
   *
   * @throws IllegalArgumentException if the function has a name that leads elsewhere
   */
  URI uri(TypeName function) {
    if (urlTemplate.contains(NAME) && Set.of(".", "..").contains(function.name())) {
      throw new IllegalArgumentException(
          "There is no URL for " + function + " in " + this + ": its name would be a folder");
    }
    String name = URLEncoder.encode(function.name(), StandardCharsets.UTF_8).replace("+", "%20");
    return URI.create(urlTemplate.replace(NAME, name));
  }

  /** The name and the URL without its query: that and the headers may be confidential. */
  @Override
  public String toString() {
    int query = urlTemplate.indexOf('?');
    return "'" + name + "' at " + (query < 0 ? urlTemplate : urlTemplate.substring(0, query));
  }

  /**
   * How long anything may take.
   *
   * @param call an attempt, from its beginning to the last byte of the response
   * @param connect until a connection is there
   * @param read between two parts of a response, and until the first one
   * @param write between two parts of a request
   */
  public record Timeouts(Duration call, Duration connect, Duration read, Duration write) {

    /** One minute for a call, and ten seconds for its parts. */
    public static final Timeouts DEFAULT =
        new Timeouts(
            Duration.ofMinutes(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10));

    public Timeouts {
      if (call.toMillis() < 1
          || connect.toMillis() < 1
          || read.toMillis() < 1
          || write.toMillis() < 1) {
        throw new IllegalArgumentException("Each timeout must be at least 1 ms");
      }
    }
  }

  /**
   * How calls are repeated that do not get through: because nothing answers, or not in time, or it
   * answers that it cannot at the moment.
   *
   * @param initialBackoff the pause before the second attempt
   * @param maxBackoff the longest pause, also if the endpoint asks for a longer one
   * @param multiplier by how much each pause is longer than the one before, at least 1
   * @param deadline after how long the failure policy decides; null if never
   */
  public record Retry(
      Duration initialBackoff,
      Duration maxBackoff,
      double multiplier,
      @Nullable Duration deadline) {

    /** From 10 ms to 10 seconds apart, without end. */
    public static final Retry DEFAULT =
        new Retry(Duration.ofMillis(10), Duration.ofSeconds(10), 2, null);

    public Retry {
      if (initialBackoff.isNegative()
          || maxBackoff.compareTo(initialBackoff) < 0
          || !(multiplier >= 1.0)
          || deadline != null && deadline.isNegative()) {
        throw new IllegalArgumentException(
            "A retry needs a back-off that is not negative, a longest back-off not below it, a"
                + " multiplier of at least 1 and a deadline that is not negative");
      }
    }

    /** The pause after so many attempts, in milliseconds. */
    long backoffAfter(int attempts) {
      double millis = initialBackoff.toMillis() * Math.pow(multiplier, attempts - 1.0);
      return (long) Math.min(millis, maxBackoff.toMillis());
    }
  }

  /**
   * How much there may be at a time.
   *
   * @param batchSize how many messages a batch has
   * @param concurrentCalls how many requests are under way from this node
   * @param requestBytes how large a request is, beyond which its messages go to the dead letters
   * @param responseBytes how large a response is
   * @param waitingBytes how many bytes of messages for one function may wait on this node before
   *     the ingresses that feed it are read no further
   */
  public record Limits(
      int batchSize, int concurrentCalls, int requestBytes, int responseBytes, long waitingBytes) {

    /** 1000 messages, 64 calls, 32 MiB each way, 64 MiB that wait. */
    public static final Limits DEFAULT = new Limits(1_000, 64, 32 << 20, 32 << 20, 64L << 20);

    public Limits {
      if (batchSize < 1
          || concurrentCalls < 1
          || requestBytes < 1
          || responseBytes < 1
          || waitingBytes < 1) {
        throw new IllegalArgumentException("Each limit of an endpoint must be at least 1");
      }
    }
  }

  /**
   * To whom functions of an endpoint may send.
   *
   * @param targets functions as {@code namespace/name}, or {@code namespace/*} or the namespace
   *     alone for all of it; everybody if empty. Who has sent a message may be answered in any case
   * @param egresses egresses as {@code namespace/name}, or {@code namespace/*} or the namespace
   *     alone for all of it; all if empty
   */
  public record Access(Set<String> targets, Set<String> egresses) {

    /** To everybody. */
    public static final Access ALL = new Access(Set.of(), Set.of());

    public Access {
      targets = names(targets);
      egresses = names(egresses);
    }

    private static Set<String> names(Set<String> allowed) {
      return allowed.stream().map(Access::name).collect(Collectors.toUnmodifiableSet());
    }

    private static String name(String allowed) {
      String name =
          allowed.endsWith(WILDCARD)
              ? allowed.substring(0, allowed.length() - WILDCARD.length())
              : allowed;
      if (name.isBlank() || name.contains("*")) {
        throw new IllegalArgumentException(
            "'"
                + allowed
                + "' allows nothing: use namespace/name, or namespace/* for all of a namespace");
      }
      return name;
    }

    boolean maySendTo(TypeName function) {
      return allow(targets, function);
    }

    boolean mayEmitTo(TypeName egress) {
      return allow(egresses, egress);
    }

    private static boolean allow(Set<String> allowed, TypeName name) {
      return allowed.isEmpty()
          || allowed.contains(name.namespace())
          || allowed.contains(name.toString());
    }
  }
}
