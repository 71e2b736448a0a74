/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import io.micrometer.core.instrument.MeterRegistry;
import io.statefun.autoconfigure.ConditionalOnEngine;
import io.statefun.autoconfigure.StateFunConfigurationException;
import io.statefun.autoconfigure.StateFunProperties;
import io.statefun.engine.FailurePolicy;
import io.statefun.remote.CallListener;
import io.statefun.remote.HttpTransport;
import io.statefun.remote.JdkHttpTransport;
import io.statefun.remote.RemoteEndpoint;
import io.statefun.remote.RemoteEndpoints;
import java.net.http.HttpClient;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.eclipse.jetty.io.Transport;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Calls functions behind HTTP, if the application's configuration has endpoints. */
@AutoConfiguration(
    beforeName = "io.statefun.autoconfigure.StateFunAutoConfiguration",
    afterName = {
      "org.springframework.boot.ssl.autoconfigure.SslAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
    })
@ConditionalOnEngine
@OnRemoteEndpoints
@EnableConfigurationProperties({RemoteProperties.class, StateFunProperties.class})
class RemoteFunctionsAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  RemoteEndpoints statefunRemoteEndpoints(
      RemoteProperties properties,
      StateFunProperties engine,
      ObjectProvider<SslBundles> bundles,
      ObjectProvider<SocketTransports> sockets,
      ObjectProvider<CallListener> listeners,
      ObjectProvider<InstantSource> clock) {
    FailurePolicy policy = engine.failurePolicy();
    List<RemoteEndpoint> endpoints = new ArrayList<>();
    properties.endpoints().forEach((name, one) -> endpoints.add(one.endpoint(name, policy)));
    try {
      return new RemoteEndpoints(
          endpoints,
          endpoint ->
              endpoint.isAtSocket()
                  ? socketTransport(endpoint, bundleName(endpoint, properties), sockets)
                  : transport(endpoint, bundleName(endpoint, properties), bundles),
          clock.getIfUnique(InstantSource::system),
          listener(listeners.orderedStream().toList()));
    } catch (IllegalArgumentException e) {
      throw new StateFunConfigurationException(
          "The properties statefun.remote.endpoints do not fit together: " + e.getMessage() + ".",
          "Let each function be behind one endpoint.",
          e);
    }
  }

  private static CallListener listener(List<CallListener> listeners) {
    return (endpoint, function, messages, nanos, outcome) ->
        listeners.forEach(listener -> listener.ended(endpoint, function, messages, nanos, outcome));
  }

  private static @Nullable String bundleName(RemoteEndpoint endpoint, RemoteProperties properties) {
    return Objects.requireNonNull(properties.endpoints().get(endpoint.name())).ssl().bundle();
  }

  private static HttpTransport socketTransport(
      RemoteEndpoint endpoint, @Nullable String bundle, ObjectProvider<SocketTransports> sockets) {
    if (bundle != null) {
      throw new StateFunConfigurationException(
          "The property statefun.remote.endpoints.%s.ssl.bundle is '%s', and its url is that of a socket, which has no TLS."
              .formatted(endpoint.name(), bundle),
          "Remove the bundle, or use a URL that begins with https://.");
    }
    SocketTransports transports = sockets.getIfAvailable();
    if (transports == null) {
      throw new StateFunConfigurationException(
          "The property statefun.remote.endpoints.%s.url is that of a Unix-domain socket, and the HTTP client of Jetty, which can reach those, is not there."
              .formatted(endpoint.name()),
          "Add the dependency org.eclipse.jetty:jetty-client to the application.");
    }
    return transports.open(endpoint);
  }

  private static HttpTransport transport(
      RemoteEndpoint endpoint, @Nullable String name, ObjectProvider<SslBundles> bundles) {
    if (name == null) {
      return new JdkHttpTransport(
          endpoint.timeouts(), endpoint.limits().responseBytes(), null, null);
    }
    SslBundle bundle = bundle(endpoint, name, bundles);
    return new JdkHttpTransport(
        endpoint.timeouts(),
        endpoint.limits().responseBytes(),
        bundle.createSslContext(),
        SslSettings.of(bundle, HttpClient.newHttpClient().sslParameters()));
  }

  private static SslBundle bundle(
      RemoteEndpoint endpoint, String name, ObjectProvider<SslBundles> bundles) {
    try {
      return bundles.getObject().getBundle(name);
    } catch (NoSuchSslBundleException e) {
      throw new StateFunConfigurationException(
          "The property statefun.remote.endpoints.%s.ssl.bundle is '%s', and there is no such SSL bundle."
              .formatted(endpoint.name(), name),
          "Configure it under spring.ssl.bundle, or correct the name.",
          e);
    }
  }

  /** Unix-domain sockets. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({org.eclipse.jetty.client.HttpClient.class, Transport.class})
  static class SocketConfiguration {

    @Bean
    SocketTransports statefunSocketTransports() {
      return endpoint ->
          new UnixSocketTransport(endpoint.timeouts(), endpoint.limits().responseBytes());
    }
  }

  /** Meters. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  static class MetricsConfiguration {

    @Bean
    @ConditionalOnBean(MeterRegistry.class)
    @ConditionalOnMissingBean
    CallListener statefunCallMetrics(MeterRegistry registry) {
      return new CallMetrics(registry);
    }
  }

  /** Health. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
  static class HealthConfiguration {

    @Bean
    @ConditionalOnEnabledHealthIndicator("statefunremote")
    @ConditionalOnMissingBean(name = "statefunRemoteHealthIndicator")
    HealthIndicator statefunRemoteHealthIndicator(RemoteEndpoints endpoints) {
      return new RemoteHealthIndicator(endpoints);
    }
  }
}
