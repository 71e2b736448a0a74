/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.calcite.adapter.enumerable.EnumerableConvention;
import org.apache.calcite.adapter.enumerable.EnumerableRel;
import org.apache.calcite.adapter.enumerable.EnumerableRules;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.config.CalciteConnectionConfig;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.config.CalciteConnectionProperty;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.plan.Contexts;
import org.apache.calcite.plan.ConventionTraitDef;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.volcano.VolcanoPlanner;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelCollationTraitDef;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.core.RelFactories;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalSort;
import org.apache.calcite.rel.metadata.DefaultRelMetadataProvider;
import org.apache.calcite.rel.rules.AggregateReduceFunctionsRule;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.validate.SqlConformance;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlDelegatingConformance;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.sql2rel.ConvertToChecked;
import org.apache.calcite.sql2rel.RelFieldTrimmer;
import org.apache.calcite.sql2rel.SqlToRelConverter;
import org.apache.calcite.sql2rel.StandardConvertletTable;
import org.apache.calcite.tools.Program;
import org.apache.calcite.tools.Programs;
import org.apache.calcite.util.CancelFlag;
import org.jspecify.annotations.Nullable;

/** Makes a plan of a statement. For one statement. */
final class SqlPlanner {

  /** How many tables, queries and joins a statement has, with those in it as often as they are. */
  private static final int MAX_SOURCES = 200;

  /** Sums that are too large are an error, and not another number. */
  private static final SqlConformance CONFORMANCE =
      new SqlDelegatingConformance(SqlConformanceEnum.DEFAULT) {
        @Override
        public boolean checkedArithmetic() {
          return true;
        }
      };

  private static final SqlParser.Config PARSER =
      SqlParser.config()
          .withQuoting(Quoting.DOUBLE_QUOTE)
          .withUnquotedCasing(Casing.UNCHANGED)
          .withQuotedCasing(Casing.UNCHANGED)
          .withIdentifierMaxLength(512)
          .withConformance(CONFORMANCE);

  /** Aggregates that others and a division make. */
  private static final Set<SqlKind> REDUCED =
      EnumSet.of(
          SqlKind.AVG, SqlKind.STDDEV_POP, SqlKind.STDDEV_SAMP, SqlKind.VAR_POP, SqlKind.VAR_SAMP);

  private static final List<RelOptRule> LOGICAL =
      List.of(
          CoreRules.FILTER_INTO_JOIN,
          CoreRules.FILTER_MERGE,
          CoreRules.FILTER_PROJECT_TRANSPOSE,
          CoreRules.FILTER_AGGREGATE_TRANSPOSE,
          CoreRules.FILTER_SET_OP_TRANSPOSE,
          CoreRules.JOIN_CONDITION_PUSH,
          CoreRules.AGGREGATE_EXPAND_DISTINCT_AGGREGATES,
          AggregateReduceFunctionsRule.Config.DEFAULT.withFunctionsToReduce(REDUCED).toRule(),
          CoreRules.PROJECT_MERGE,
          CoreRules.PROJECT_REMOVE);

  private static final List<RelOptRule> PHYSICAL =
      List.of(
          EnumerableRules.ENUMERABLE_JOIN_RULE,
          EnumerableRules.ENUMERABLE_CORRELATE_RULE,
          EnumerableRules.ENUMERABLE_PROJECT_RULE,
          EnumerableRules.ENUMERABLE_FILTER_RULE,
          EnumerableRules.ENUMERABLE_AGGREGATE_RULE,
          EnumerableRules.ENUMERABLE_SORT_RULE,
          EnumerableRules.ENUMERABLE_LIMIT_RULE,
          EnumerableRules.ENUMERABLE_LIMIT_SORT_RULE,
          EnumerableRules.ENUMERABLE_UNION_RULE,
          EnumerableRules.ENUMERABLE_INTERSECT_RULE,
          EnumerableRules.ENUMERABLE_MINUS_RULE,
          EnumerableRules.ENUMERABLE_VALUES_RULE,
          EnumerableRules.ENUMERABLE_UNCOLLECT_RULE);

  private final SqlTypes types = new SqlTypes();
  private final Allowance allowance;
  private final CalciteCatalogReader catalog;
  private final SqlValidator validator;
  private final VolcanoPlanner planner;
  private final RelOptCluster cluster;

  SqlPlanner(Tables tables, Allowance allowance) {
    this.allowance = allowance;
    Properties properties = new Properties();
    properties.setProperty(
        CalciteConnectionProperty.CASE_SENSITIVE.camelName(), String.valueOf(tables.ambiguous()));
    CalciteConnectionConfig config = new CalciteConnectionConfigImpl(properties);
    CalciteSchema schema = CalciteSchema.createRootSchema(false, false, "", tables);
    this.catalog = new CalciteCatalogReader(schema, List.of(), types, config);
    this.validator =
        SqlValidatorUtil.newValidator(
            new AllowedFunctions(),
            catalog,
            types,
            SqlValidator.Config.DEFAULT.withConformance(CONFORMANCE).withIdentifierExpansion(true));
    this.planner =
        new VolcanoPlanner(null, Contexts.of(config, new CancelFlag(allowance.stopped())));
    planner.addRelTraitDef(ConventionTraitDef.INSTANCE);
    planner.addRelTraitDef(RelCollationTraitDef.INSTANCE);
    this.cluster = RelOptCluster.create(planner, new RexBuilder(types));
  }

  SqlTypes types() {
    return types;
  }

  /** Reads a statement. */
  static SqlNode parse(String sql) throws SqlParseException {
    return SqlParser.create(sql, PARSER).parseStmt();
  }

  /**
   * A plan that can be run.
   *
   * @param type the names and types of its columns
   */
  record Plan(EnumerableRel rel, RelDataType type) {}

  /**
   * Makes the plan.
   *
   * @param limit how many rows it has at most
   */
  Plan plan(SqlNode statement, int limit) {
    SqlNode validated = validator.validate(statement);
    RelRoot root = converter().convertQuery(validated, false, true);
    ExpressionSizes.check(root.rel);
    RelNode logical = limited(root, limit).project(true);
    RelNode reduced = run(Programs.subQuery(DefaultRelMetadataProvider.INSTANCE), logical);
    reduced = run(Programs.decorrelate(), reduced);
    reduced = run(hep(LOGICAL), reduced);
    RelNode trimmed =
        new RelFieldTrimmer(validator, RelFactories.LOGICAL_BUILDER.create(cluster, catalog))
            .trim(reduced);
    RelNode pushed = trimmed.accept(new PushDown()).accept(new WideSums());
    ComparedTypes.check(pushed);
    RelNode checked = pushed.accept(new ConvertToChecked(cluster.getRexBuilder()));
    RelNode bounded = TextFunctions.in(checked, cluster.getRexBuilder());
    allowance.check();
    RelNode physical = run(Programs.ofRules(PHYSICAL), bounded);
    RelNode calc =
        run(Programs.hep(Programs.CALC_RULES, true, DefaultRelMetadataProvider.INSTANCE), physical);
    return new Plan(
        (EnumerableRel) Metered.plan(calc, allowance, limit),
        validator.getValidatedNodeType(validated));
  }

  private static Program hep(List<RelOptRule> rules) {
    return Programs.hep(rules, true, DefaultRelMetadataProvider.INSTANCE);
  }

  private RelNode run(Program program, RelNode rel) {
    return program.run(
        planner, rel, cluster.traitSetOf(EnumerableConvention.INSTANCE), List.of(), List.of());
  }

  private SqlToRelConverter converter() {
    return new SqlToRelConverter(
        (type, query, path, view) -> {
          throw new UnsupportedOperationException("There are no views");
        },
        validator,
        catalog,
        cluster,
        StandardConvertletTable.INSTANCE,
        SqlToRelConverter.config().withExpand(false)) {

      private int sources;

      /** A query that others name is put in its place again and again. */
      @Override
      protected void convertFrom(
          Blackboard board, @Nullable SqlNode from, @Nullable List<String> names) {
        allowance.check();
        if (++sources > MAX_SOURCES) {
          throw new InvalidSqlException(
              "There are more than " + MAX_SOURCES + " tables, queries and joins in it");
        }
        super.convertFrom(board, from, names);
      }
    };
  }

  /** What sorts needs not keep more rows than can be shown. */
  private RelRoot limited(RelRoot root, int limit) {
    RexNode most = cluster.getRexBuilder().makeExactLiteral(BigDecimal.valueOf(limit));
    RelNode rel = root.rel;
    if (rel instanceof Sort sort) {
      boolean isLess =
          sort.fetch instanceof RexLiteral fetch && RexLiteral.intValue(fetch) <= limit;
      return isLess
          ? root
          : root.withRel(
              LogicalSort.create(sort.getInput(), sort.getCollation(), sort.offset, most));
    }
    return root.withRel(LogicalSort.create(rel, RelCollations.EMPTY, null, most));
  }

  /** Has scans see to what the filters above them say. */
  private static final class PushDown extends RelHomogeneousShuttle {

    @Override
    public RelNode visit(RelNode other) {
      if (other instanceof LogicalFilter filter && filter.getInput() instanceof StateScan scan) {
        RexBuilder builder = filter.getCluster().getRexBuilder();
        return filter.copy(
            filter.getTraitSet(),
            Conditions.into(scan, filter.getCondition(), builder),
            filter.getCondition());
      }
      return super.visit(other);
    }
  }
}
