/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.bank;

import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.QueryHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.TypeName;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/** Accounts into which is paid, and which can be asked. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class BankApplication {

  /** Who has an account. */
  public record Profile(@Nullable String firstName) {}

  /** Pays something in. Nobody can pay in less than nothing. */
  public record Deposit(String account, long amount) {}

  /** Asks for the balance. */
  public record GetBalance() {}

  /** What a deposit has made of an account. */
  public record Balance(String account, long amount) {}

  public static void main(String[] arguments) {
    SpringApplication.run(BankApplication.class, arguments);
  }

  @Bean
  @ConditionalOnProperty("test.database")
  DataSource database(@Value("${test.database}") String url) {
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl(url);
    return database;
  }

  @StatefulFunction("bank/account")
  static class Account {

    private static final TypeName BALANCES = TypeName.of("bank", "balances");

    @MessageHandler
    void on(
        Deposit deposit,
        @State("balance") ValueState<Long> balance,
        @State("profile") ValueState<Profile> profile,
        Context context) {
      if (deposit.amount() < 0) {
        throw new IllegalArgumentException("less than nothing: " + deposit.amount());
      }
      long now = balance.getOrDefault(0L) + deposit.amount();
      balance.set(now);
      context.egress(
          EgressRecord.of(BALANCES, new Balance(context.self().id(), now))
              .withKey(context.self().id()));
    }

    @QueryHandler
    Balance on(GetBalance query, @State("balance") ValueState<Long> balance, Context context) {
      return new Balance(context.self().id(), balance.getOrDefault(0L));
    }
  }
}
