/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The console of an application with Spring Security. */
class ConsoleSecurityTest {

  @TempDir Path folder;

  private BillingDesk billing;
  private final HttpClient client =
      HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

  /** Lets support look, and operators act. */
  @Configuration(proxyBeanMethods = false)
  @EnableWebSecurity
  static class Secured extends BillingDesk.Application {

    // tag::security[]
    @Bean
    SecurityFilterChain console(HttpSecurity http) {
      return http.securityMatcher("/statefun/**")
          .authorizeHttpRequests(
              requests ->
                  requests
                      .requestMatchers(HttpMethod.POST)
                      .hasRole("OPERATOR")
                      .anyRequest()
                      .hasAnyRole("SUPPORT", "OPERATOR"))
          .httpBasic(Customizer.withDefaults())
          .build();
    }

    // end::security[]

    @Bean
    UserDetailsService people() {
      return new InMemoryUserDetailsManager(
          User.withUsername("sam").password("{noop}secret").roles("SUPPORT").build(),
          User.withUsername("olga").password("{noop}secret").roles("OPERATOR").build(),
          User.withUsername("guest").password("{noop}secret").roles("GUEST").build());
    }
  }

  @BeforeEach
  void start() {
    billing =
        new BillingDesk(
            folder,
            Secured.class,
            "--statefun.console.enabled=true",
            "--statefun.console.writable=true");
  }

  @AfterEach
  void stop() {
    billing.close();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path, String user) {
    String credentials = user + ":secret";
    return HttpRequest.newBuilder(URI.create(billing.url("/statefun/" + path)))
        .header(
            "Authorization",
            "Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
  }

  private HttpRequest.Builder discard(String user) {
    return request("data/dead-letters/discard", user)
        .header("Content-Type", "application/json")
        .header("X-StateFun-Console", "true")
        .POST(BodyPublishers.ofString("{\"ids\": [\"0-1\"]}"));
  }

  private JsonNode overview(String user) throws Exception {
    return JsonMapper.builder().build().readTree(send(request("data/overview", user)).body());
  }

  @Test
  void whoIsNotKnownSeesNothing() throws Exception {
    HttpRequest.Builder anybody = HttpRequest.newBuilder(URI.create(billing.url("/statefun/")));

    assertThat(send(anybody).statusCode()).isEqualTo(401);
    assertThat(send(request("data/overview", "guest")).statusCode()).isEqualTo(403);
  }

  @Test
  void whoMayLookLooksAndDoesNothingElse() throws Exception {
    assertThat(send(request("", "sam")).statusCode()).isEqualTo(200);
    JsonNode csrf = overview("sam").get("csrf");

    assertThat(
            send(discard("sam").header(csrf.get("header").asString(), csrf.get("token").asString()))
                .statusCode())
        .isEqualTo(403);
  }

  @Test
  void whoMayActNeedsTheTokenThatThePageGets() throws Exception {
    JsonNode csrf = overview("olga").get("csrf");

    assertThat(send(discard("olga")).statusCode()).isEqualTo(403);
    HttpResponse<String> answer =
        send(discard("olga").header(csrf.get("header").asString(), csrf.get("token").asString()));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).contains("no such dead letter");
  }
}
