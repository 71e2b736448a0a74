/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.expression.WebExpressionAuthorizationManager;

/** Functions over HTTP of an application with Spring Security. */
class ApiSecurityTest {

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path folder;

  private ServletWebServerApplicationContext context;

  /** Counts. */
  @StatefulFunction("shop/cart")
  static class Cart {

    @MessageHandler
    void on(Long more, @State("items") ValueState<Long> items, Context context) {
      items.update(0L, before -> before + more);
      context.reply(items.getOrDefault(0L));
    }
  }

  /** The application. */
  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @EnableWebSecurity
  static class Shop {

    @Bean
    Cart cart() {
      return new Cart();
    }

    // tag::api-security[]
    @Bean
    SecurityFilterChain functions(HttpSecurity http) {
      String carts = "/statefun/api/functions/shop/cart/{user}";
      return http.securityMatcher("/statefun/api/**")
          .authorizeHttpRequests(
              requests ->
                  requests
                      .requestMatchers(HttpMethod.POST, carts + "/call", carts + "/send")
                      .access(new WebExpressionAuthorizationManager("#user == authentication.name"))
                      .requestMatchers(HttpMethod.GET, "/statefun/api/functions/**")
                      .hasRole("SUPPORT")
                      .anyRequest()
                      .denyAll())
          .httpBasic(Customizer.withDefaults())
          .sessionManagement(
              sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
          .csrf(csrf -> csrf.disable()) // no cookie tells who somebody is
          .build();
    }

    // end::api-security[]

    @Bean
    UserDetailsService people() {
      return new InMemoryUserDetailsManager(
          User.withUsername("ann").password("{noop}secret").roles("CUSTOMER").build(),
          User.withUsername("sam").password("{noop}secret").roles("SUPPORT").build());
    }
  }

  @BeforeEach
  void start() {
    context =
        (ServletWebServerApplicationContext)
            new SpringApplicationBuilder(Shop.class)
                .run(
                    "--spring.main.web-application-type=servlet",
                    "--spring.main.banner-mode=off",
                    "--spring.application.name=shop",
                    "--server.port=0",
                    "--logging.level.root=warn",
                    "--statefun.partitions=2",
                    "--statefun.api.call=shop/*",
                    "--statefun.api.read=shop/*",
                    "--statefun.data-directory=" + folder.resolve("local"),
                    "--statefun.snapshot.file.directory=" + folder.resolve("snapshots"));
  }

  @AfterEach
  void stop() {
    context.close();
  }

  private int status(String user, String path, HttpRequest.Builder request) throws Exception {
    String credentials =
        Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
    URI uri =
        URI.create(
            "http://127.0.0.1:" + context.getWebServer().getPort() + "/statefun/api/" + path);
    return client
        .send(
            request.uri(uri).header("Authorization", "Basic " + credentials).build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  private static HttpRequest.Builder call() {
    return HttpRequest.newBuilder().POST(BodyPublishers.ofString("1"));
  }

  private static HttpRequest.Builder get() {
    return HttpRequest.newBuilder().GET();
  }

  @Test
  void customersCallTheirOwnCartsAndNoOthers() throws Exception {
    assertThat(status("ann", "functions/shop/cart/ann/call", call())).isEqualTo(200);
    assertThat(status("ann", "functions/shop/cart/bob/call", call())).isEqualTo(403);
    assertThat(status("nobody", "functions/shop/cart/ann/call", call())).isEqualTo(401);
  }

  @Test
  void supportLooksAndDoesNotCall() throws Exception {
    status("ann", "functions/shop/cart/ann/call", call());

    assertThat(status("sam", "functions/shop/cart/ann", get())).isEqualTo(200);
    assertThat(status("sam", "functions/shop/cart", get())).isEqualTo(200);
    assertThat(status("sam", "functions/shop/cart/ann/call", call())).isEqualTo(403);
    assertThat(status("ann", "functions/shop/cart/ann", get())).isEqualTo(403);
  }
}
