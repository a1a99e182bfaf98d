#include <loyal/loyal.hpp>

int main() {
  const auto log = loyal::PlatformSimulator{{.users = 800}}.run().log;  // or read_event_log("log.csv", {...})
  const loyal::ChurnLabel label{{.horizon = 60 * loyal::day, .activity_window = 21 * loyal::day}};
  const loyal::ActivityFeatures features{{.purchase_kinds = {"purchase", "renewal"}}};
  const auto test_at = log.last_time() + 1 - label.options().horizon;  // no training label reaches behind it
  const auto cutoffs = label.training_cutoffs(log, test_at, 14 * loyal::day, 8);
  const auto train = loyal::churn_dataset<float>(log, label, cutoffs, features);
  const auto test = loyal::churn_dataset<float>(log, label, {test_at}, features);

  loyal::ChurnModel<loyal::LogisticRegression<float>> model;
  model.fit(train.features.values, train.features.names, train.left, {}, train.features.users);
  const auto risk = model.predict_proba(test.features.values);
  const auto plan = loyal::plan_campaign(loyal::RetentionOffer{}, risk, 200.0);  // whom to contact
  return loyal::roc_auc(test.left, risk) > 0.6 && plan.profit >= 0 ? 0 : 1;
}
