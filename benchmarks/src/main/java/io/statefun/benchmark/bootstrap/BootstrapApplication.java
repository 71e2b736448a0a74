/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.bootstrap;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;

/** Accounts, each of which can tell a number that stands for its whole state. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class BootstrapApplication {

  static final String FUNCTION = "bank/account";

  /** Runs it until the process is told to end. */
  public static void main(String[] arguments) {
    new SpringApplicationBuilder(BootstrapApplication.class)
        .web(WebApplicationType.NONE)
        .run(arguments);
  }

  @Bean
  DataSource database(@Value("${benchmark.database}") String url) {
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl(url);
    return database;
  }

  @Bean
  Account account() {
    return new Account();
  }

  /** Asks an account for its number. */
  record Digest() {}

  /** An account that comes from the database. */
  @StatefulFunction(FUNCTION)
  static class Account {

    @MessageHandler
    void on(
        Digest digest,
        @State("balance") ValueState<Long> balance,
        @State("owner") ValueState<String> owner,
        Context context) {
      Long known = balance.get();
      context.reply(
          known == null ? -1L : digest(context.self().id() + ":" + known + ":" + owner.get()));
    }

    private static Long digest(String text) {
      try {
        byte[] digest =
            MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(digest).getInt() & 0xffffffffL;
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
