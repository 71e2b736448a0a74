/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statefun.engine.FailurePolicy;
import io.statefun.message.TypeName;
import io.statefun.remote.RemoteEndpoint.Limits;
import io.statefun.remote.RemoteEndpoint.Retry;
import io.statefun.remote.RemoteEndpoint.Timeouts;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteEndpointTest {

  private static final String URL = "https://functions.example:8443/{function.name}";

  @Test
  void isForOneFunctionOrForAllOfANamespace() {
    RemoteEndpoint one = RemoteEndpoint.of("billing.eu/user", URL);
    RemoteEndpoint all = RemoteEndpoint.of("billing.eu/*", URL);

    assertThat(one.function()).isEqualTo(TypeName.of("billing.eu", "user"));
    assertThat(all.function()).isNull();
    assertThat(all.namespace()).isEqualTo("billing.eu");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "*/*", "billing/u*", "b*/user", "billing*", "*/user", "/*"})
  void wildcardsStandForAllOfANamespaceAlone(String functions) {
    assertThatIllegalArgumentException().isThrownBy(() -> RemoteEndpoint.of(functions, URL));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "billing", "billing/", "/user", "a/b/c"})
  void whatNamesNoFunctionIsRefused(String functions) {
    assertThatIllegalArgumentException().isThrownBy(() -> RemoteEndpoint.of(functions, URL));
  }

  @ParameterizedTest
  @CsvSource({
    "user,             http://h/user",
    "a b,              http://h/a%20b",
    "'a?x=1&y#z',      http://h/a%3Fx%3D1%26y%23z",
    "übung,            http://h/%C3%BCbung",
    "100%,             http://h/100%25",
    "{function.name},  http://h/%7Bfunction.name%7D"
  })
  void theNameIsOnePartOfThePathWhateverItIs(String name, String url) {
    assertThat(uri("http://h/{function.name}", name)).isEqualTo(url);
  }

  @Test
  void theNameReplacesEachPlaceholderAndNothingElse() {
    assertThat(uri("http://h/{function.name}/v1?f={function.name}", "user"))
        .isEqualTo("http://h/user/v1?f=user");
    assertThat(uri("http://h/all", "user")).isEqualTo("http://h/all");
  }

  @ParameterizedTest
  @ValueSource(strings = {".", ".."})
  void aNameThatWouldLeadToAnotherFolderHasNoUrl(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> uri("http://h/fn/{function.name}", name))
        .withMessageContaining("billing/" + name);
    assertThat(uri("http://h/all", name)).isEqualTo("http://h/all");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "functions.example/x",
        "/x",
        "ftp://h/x",
        "http:///x",
        "mailto:h@h",
        "http://h/ x",
        "http://h/{function.id}"
      })
  void whatIsNoUrlIsRefused(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RemoteEndpoint.of("billing/*", url))
        .withMessageContaining("'" + url + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "http+unix://run/f.sock/x,                three slashes",
    "http+unix:run/f.sock,                    three slashes",
    "http+unix:///run/functions/x,            no part of its path ends in .sock",
    "http+unix:///run/f.socket/x,             no part of its path ends in .sock",
    "http+unix:///run/f.sock.d/x,             no part of its path ends in .sock",
    "http+unix:///run/{function.name},        no part of its path ends in .sock",
    "http+unix:///run/{function.name}.sock/x, {function.name} cannot be in the path of the socket",
    "http+unix:///{function.name}/f.sock,     {function.name} cannot be in the path of the socket",
    "https+unix:///run/f.sock/x,              a socket has no TLS"
  })
  void whatIsNoUrlOfASocketIsRefused(String url, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RemoteEndpoint.of("billing/*", url))
        .withMessageContaining("'" + url + "'")
        .withMessageContaining(why);
  }

  @Test
  void theNameMayBeInWhatIsAskedForAtASocket() {
    RemoteEndpoint endpoint =
        RemoteEndpoint.of("billing/*", "http+unix:///run/f.sock/{function.name}?f={function.name}");

    URI url = endpoint.uri(TypeName.of("billing", "a.sock"));

    assertThat(endpoint.isAtSocket()).isTrue();
    assertThat(UnixSocketUrl.of(url))
        .isEqualTo(new UnixSocketUrl(Path.of("/run/f.sock"), "/a.sock?f=a.sock"));
    assertThat(RemoteEndpoint.of("billing/*", URL).isAtSocket()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://me:hidden@h/x", "http+unix://me:hidden@run/f.sock", "http://a:hidden@_h/"})
  void aPasswordInTheUrlIsRefusedAndNotShown(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RemoteEndpoint.of("billing/*", url))
        .withMessageContaining("Authorization")
        .withMessageNotContaining("hidden");
  }

  @Test
  void secretsAreNotShown() {
    RemoteEndpoint endpoint =
        with("https://h/x?code=hidden1", Map.of("Authorization", "Bearer hidden2"));

    assertThat(endpoint).hasToString("'accounts' at https://h/x");
    assertThat(endpoint.key()).hasToString("SigningKey[k]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host", "content-type", "Content-Length", "Idempotency-Key", "Signature"})
  void headersThatEachCallSetsItselfAreRefused(String header) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with("https://h/x", Map.of(header, "x")))
        .withMessageContaining(header)
        .withMessageContaining("Remove it");
  }

  @Test
  void headersThatCannotBeSentAreRefusedWithoutTheirValues() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with("https://h/x", Map.of("X-Token", "hidden\r\nHost: other")))
        .withMessageContaining("X-Token")
        .withMessageNotContaining("hidden");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with("https://h/x", Map.of("X Token", "x")))
        .withMessageContaining("X Token");
  }

  private static RemoteEndpoint with(String url, Map<String, String> headers) {
    return new RemoteEndpoint(
        "accounts",
        "billing/*",
        url,
        headers,
        Timeouts.DEFAULT,
        Retry.DEFAULT,
        Limits.DEFAULT,
        true,
        FailurePolicy.DEFAULT,
        RemoteEndpoint.Access.ALL,
        SigningKey.of("k", "0123456789hidden3"));
  }

  @Test
  void pausesGrowUpToTheLongest() {
    Retry retry = new Retry(Duration.ofMillis(10), Duration.ofSeconds(1), 2, null);

    assertThat(retry.backoffAfter(1)).isEqualTo(10);
    assertThat(retry.backoffAfter(2)).isEqualTo(20);
    assertThat(retry.backoffAfter(7)).isEqualTo(640);
    assertThat(retry.backoffAfter(8)).isEqualTo(1_000);
    assertThat(retry.backoffAfter(Integer.MAX_VALUE)).isEqualTo(1_000);
  }

  @Test
  void settingsMustMakeSense() {
    Duration one = Duration.ofMillis(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Timeouts(one, Duration.ofNanos(1), one, one));
    assertThatIllegalArgumentException().isThrownBy(() -> new Retry(one, Duration.ZERO, 2, null));
    assertThatIllegalArgumentException().isThrownBy(() -> new Retry(one, one, 0.5, null));
    assertThatIllegalArgumentException().isThrownBy(() -> new Retry(one, one, Double.NaN, null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Retry(one, one, 2, Duration.ofMillis(-1)));
    assertThatIllegalArgumentException().isThrownBy(() -> new Limits(0, 1, 1, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Limits(1, 0, 1, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Limits(1, 1, 0, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Limits(1, 1, 1, 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Limits(1, 1, 1, 1, 0));
  }

  @Test
  void accessIsGivenToNamespacesAndToFunctions() {
    RemoteEndpoint.Access access =
        new RemoteEndpoint.Access(Set.of("billing", "mail/letter"), Set.of("out/invoices"));

    assertThat(access.maySendTo(TypeName.of("billing", "any"))).isTrue();
    assertThat(access.maySendTo(TypeName.of("mail", "letter"))).isTrue();
    assertThat(access.maySendTo(TypeName.of("mail", "other"))).isFalse();
    assertThat(access.maySendTo(TypeName.of("billing2", "any"))).isFalse();
    assertThat(access.mayEmitTo(TypeName.of("out", "invoices"))).isTrue();
    assertThat(access.mayEmitTo(TypeName.of("out", "other"))).isFalse();
    assertThat(RemoteEndpoint.Access.ALL.maySendTo(TypeName.of("any", "any"))).isTrue();
    assertThat(RemoteEndpoint.Access.ALL.mayEmitTo(TypeName.of("any", "any"))).isTrue();
  }

  @Test
  void accessToAWholeNamespaceMayBeWrittenWithAWildcard() {
    RemoteEndpoint.Access access = new RemoteEndpoint.Access(Set.of("billing/*"), Set.of("out/*"));

    assertThat(access.maySendTo(TypeName.of("billing", "any"))).isTrue();
    assertThat(access.maySendTo(TypeName.of("other", "any"))).isFalse();
    assertThat(access.mayEmitTo(TypeName.of("out", "any"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "billing/pay*", "/*", " "})
  void accessThatAllowsNothingIsRefused(String allowed) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RemoteEndpoint.Access(Set.of(allowed), Set.of()))
        .withMessageContaining("use namespace/name, or namespace/*");
  }

  private static String uri(String template, String name) {
    return RemoteEndpoint.of("billing/*", template).uri(TypeName.of("billing", name)).toString();
  }
}
